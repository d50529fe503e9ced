import { createMemoryRegistry, type Registry } from '@micro/registry';

/** The name our greeters are found by. */
export const greeterName = 'go.micro.srv.greeter';
/** Of our greeters, all in one process: the peer's server is one process too. */
export const nodeCount = 3;

/** A registry that knows those who listen at the addresses. */
export async function registryOf(addresses: readonly string[]): Promise<Registry> {
  const registry = createMemoryRegistry();
  for (const [at, address] of addresses.entries()) {
    const node = { service: greeterName, id: `node-${at}`, version: 'latest', address };
    await registry.register({ ...node, metadata: { protocol: 'grpc' }, endpoints: [] });
  }
  return registry;
}

/** Starts as many as there shall be. */
export async function startNodes(start: () => Promise<string>): Promise<string[]> {
  return await Promise.all(Array.from({ length: nodeCount }, start));
}
