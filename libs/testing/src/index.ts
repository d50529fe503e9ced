export type { AccessTable, Grant } from './access-table.ts';
export type { Recorded } from './api-request.ts';
export { Refusal } from './api-status.ts';
export type { Clock } from './clock.ts';
export type { WatchFault } from './event-stream.ts';
export {
  createFakeApiServer,
  type FakeApiServer,
  type FakeApiServerOptions,
  type FakeConfig,
} from './fake-api-server.ts';
export type { Fault, Faults, RequestFault } from './faults.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { chooseEncoding, decodeEvents, decodeObject, encodeObject } from './object-encoding.ts';
export { createPodDriver, type PodDriver, type PodWishes, type Send } from './pod-driver.ts';
export type { Admission } from './pods-api.ts';
export {
  createTcpProxy,
  type Direction,
  type Place,
  type TcpProxy,
  type TcpProxyOptions,
  type Toxics,
} from './tcp-proxy.ts';
export { createTestNamespace, type TestNamespace } from './test-namespace.ts';
