import { expect, test } from 'vitest';
import { createMemoryRegistry } from './memory.ts';
import { createRegistrar, type RegistrarState } from './registrar.ts';
import { type Node, type Registry, RegistryError } from './registry.ts';

const node: Node = {
  id: 'a-1',
  service: 'a',
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
};
const options = { node, ttlMs: 60_000, intervalMs: 30_000, random: () => 0 };

test('tries until it is registered, and says once why not yet', async () => {
  const memory = createMemoryRegistry();
  let refusals = 2;
  const registry: Registry = {
    ...memory,
    async register(n) {
      if (refusals-- > 0) throw new RegistryError('unavailable', 'away');
      return memory.register(n);
    },
  };
  const registered = Promise.withResolvers<void>();
  const states: RegistrarState[] = [];
  createRegistrar({
    ...options,
    registry,
    onState(state) {
      states.push(state);
      if (state.state === 'registered') registered.resolve();
    },
  });
  await registered.promise;
  expect(states).toEqual([
    { state: 'registering', error: expect.objectContaining({ message: 'away' }) },
    { state: 'registered' },
  ]);
});

test('repeats a registration that would expire', async () => {
  const registry = createMemoryRegistry();
  const removed: unknown[] = [];
  registry.watch().subscribe(({ type }) => type === 'removed' && removed.push(type));
  let repeats = 0;
  const enough = Promise.withResolvers<void>();
  const counting: Registry = {
    ...registry,
    register(n, o) {
      if (++repeats === 10) enough.resolve();
      return registry.register(n, o);
    },
  };
  const registrar = createRegistrar({
    ...options,
    registry: counting,
    ttlMs: 2_000,
    intervalMs: 20,
  });
  await enough.promise;
  expect(removed).toEqual([]);
  await registrar.withdraw(100);
  expect(removed).toEqual(['removed']);
});

test('withdraws after a registration under way, never before it', async () => {
  const memory = createMemoryRegistry();
  const slow = Promise.withResolvers<void>();
  const registry: Registry = {
    ...memory,
    async register(n) {
      await slow.promise;
      await memory.register(n);
    },
  };
  const registrar = createRegistrar({ ...options, registry });
  const withdrawn = registrar.withdraw(5_000);
  slow.resolve();
  await withdrawn;
  expect(memory.watch().nodes).toEqual([]);
});

test('does not wait for ever for a source that does not answer', async () => {
  const registry: Registry = {
    ...createMemoryRegistry(),
    deregister: () => new Promise(() => {}),
  };
  await expect(createRegistrar({ ...options, registry }).withdraw(20)).rejects.toThrow(
    'no answer within 20 ms',
  );
});

test.each([
  ['that can never be registered', new TypeError('expected a service name of at most 54 bytes')],
  ['whose pod is no longer there', new RegistryError('gone', 'there is no such pod')],
])('gives up a process %s, and says why', async (_, error) => {
  let tries = 0;
  const states: RegistrarState[] = [];
  const registry: Registry = {
    ...createMemoryRegistry(),
    async register() {
      tries++;
      throw error;
    },
  };
  const onState = (state: RegistrarState) => states.push(state);
  const registrar = createRegistrar({ ...options, registry, onState });
  while (states.length === 0) await new Promise(setImmediate);
  expect(states).toEqual([{ state: 'failed', error }]);
  expect(registrar.state).toEqual({ state: 'failed', error });
  await registrar.withdraw(1_000);
  expect(tries).toBe(1);
});
