import { expect, test } from 'vitest';
import { registryContract } from './contract.ts';
import { createMemoryRegistry } from './memory.ts';
import { createNodeTable } from './node-table.ts';

registryContract('memory', async () => {
  const table = createNodeTable();
  return {
    connect: async () => ({ registry: createMemoryRegistry(table), host: '127.0.0.1' }),
    async [Symbol.asyncDispose]() {
      table.close();
    },
  };
});

test('forgets a node whose registration is not repeated within its time to live', async () => {
  const registry = createMemoryRegistry();
  const node = {
    id: 'a-1',
    service: 'a',
    version: '1',
    address: '127.0.0.1:1',
    metadata: {},
    endpoints: [],
  };
  const view = registry.watch('a');
  const { promise: removed, resolve } = Promise.withResolvers<void>();
  view.subscribe(({ type }) => type === 'removed' && resolve());
  await registry.register(node, { ttlMs: 20 });
  expect(view.nodes).toEqual([node]);
  await removed;
  expect(view.nodes).toEqual([]);
});
