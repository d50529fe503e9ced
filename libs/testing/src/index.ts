export type { AccessTable, Grant } from './api-server/access-table.ts';
export type { Recorded } from './api-server/api-request.ts';
export { Refusal } from './api-server/api-status.ts';
export type { WatchFault } from './api-server/event-stream.ts';
export {
  createFakeApiServer,
  type FakeApiServer,
  type FakeApiServerOptions,
  type FakeConfig,
} from './api-server/fake-api-server.ts';
export type { Fault, Faults, RequestFault } from './api-server/faults.ts';
export {
  chooseEncoding,
  decodeEvents,
  decodeObject,
} from './api-server/object-encoding.ts';
export type { Admission } from './api-server/pods-api.ts';
export type { Clock } from './clock.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { type LoadReport, type OpenLoad, openLoad } from './open-load.ts';
export { createPodDriver, type PodDriver, type PodWishes, type Send } from './pod-driver.ts';
export {
  createTcpProxy,
  type Direction,
  type Place,
  type TcpProxy,
  type TcpProxyOptions,
  type Toxics,
} from './tcp-proxy.ts';
export {
  type CertificateWishes,
  type Certified,
  createTestAuthority,
  type TestAuthority,
} from './test-authority.ts';
export { createTestNamespace, type TestNamespace } from './test-namespace.ts';
export { createTlsFolder, type TlsFolder } from './tls-folder.ts';
