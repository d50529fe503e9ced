import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestNetwork, type Served, type TestNetwork } from '../test-network.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

/** What is left after garbage was collected, in bytes, and how many sockets are open. */
async function measure(): Promise<{ heap: number; sockets: number }> {
  // What ends now is garbage two turns later.
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const sockets = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap');
  return { heap: process.memoryUsage().heapUsed, sockets: sockets.length };
}

const callCount = 200_000;
const changeCount = 2_000;
const lanes = 50;

test('L15, C27: an hour of calls and changes leaves no memory and no socket behind', async () => {
  const stable = await Promise.all([network.serve(), network.serve(), network.serve()]);
  const moving: Served[] = await Promise.all([network.serve(), network.serve()]);
  const client = network.client({ timeoutMs: 10_000 });
  const failures: unknown[] = [];
  let calls = 0;

  const change = async (): Promise<void> => {
    for (const { node } of moving) {
      await network.registry.deregister(node);
      await network.registry.register(node);
    }
  };
  /** Every so many calls two nodes go and come back. */
  const run = async (until: number): Promise<void> => {
    const every = Math.floor((callCount * moving.length * 2) / changeCount);
    const lane = async (): Promise<void> => {
      while (calls < until) {
        if (++calls % every === 0) await change();
        await client.hello({ name: 'John' }).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };

  // What is made once and compiled is there by then.
  await run(callCount / 4);
  const before = await measure();
  await run(callCount);
  const after = await measure();
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThanOrEqual(callCount);
  expect(after.sockets).toBeLessThanOrEqual(before.sockets + moving.length * 2);
  expect(after.heap / before.heap).toBeLessThan(1.1);
  expect(stable.every(({ answered }) => answered.length > 0)).toBe(true);
});
