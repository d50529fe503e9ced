export type { AccessTable, Grant } from './access-table.ts';
export type { Recorded } from './api-request.ts';
export type { Clock } from './clock.ts';
export {
  createFakeApiServer,
  type FakeApiServer,
  type FakeApiServerOptions,
  type FakeConfig,
} from './fake-api-server.ts';
export type { Fault, Faults } from './faults.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export { chooseEncoding, decodeEvents, decodeObject } from './object-encoding.ts';
export { createPodDriver, type PodDriver, type PodWishes, type Send } from './pod-driver.ts';
export { createTestNamespace, type TestNamespace } from './test-namespace.ts';
