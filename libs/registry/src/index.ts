export { type OpenKubernetesOptions, openKubernetesRegistry } from './kubernetes/open.ts';
export { createMdnsRegistry } from './mdns/mdns.ts';
export { createMemoryRegistry } from './memory.ts';
export { checkNode, joinAddress, sameNode, splitAddress } from './node.ts';
export { createNodeTable, type NodeTable } from './node-table.ts';
export {
  createRegistrar,
  type Registrar,
  type RegistrarOptions,
  type RegistrarState,
} from './registrar.ts';
export {
  type Change,
  type Counts,
  type Endpoint,
  type Metadata,
  type Node,
  type RegisterOptions,
  type Registry,
  RegistryError,
  type Status,
  type Value,
  type View,
} from './registry.ts';
export type { Interruption, RegistryMeter } from './registry-meter.ts';
