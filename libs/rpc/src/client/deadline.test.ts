import { once } from 'node:events';
import { Say } from '@micro/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallContext } from '../index.ts';
import { createTestNetwork, greeterName, type TestNetwork } from '../test-network.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

test('C10: of 300 ms each hop gets what is left and a little less, and what is late calls nobody', async () => {
  /** How much each hop had left when it began. */
  const left: number[] = [];
  await network.serve({
    hello(_, { deadline, signal }) {
      left.push((deadline ?? Number.POSITIVE_INFINITY) - Date.now());
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  });
  const through = (next: string) => ({
    async hello({ name }: { name: string }, { client, deadline, signal }: CallContext) {
      left.push((deadline ?? Number.POSITIVE_INFINITY) - Date.now());
      const late = once(signal, 'abort');
      await client(Say, next)
        .hello({ name })
        .catch(() => late);
      // Nobody waits for this one.
      return await client(Say, next).hello({ name });
    },
  });
  await network.serve(through(greeterName), { service: 'b' });
  await network.serve(through('b'), { service: 'a' });
  const started = Date.now();
  const call = network.factory()(Say, 'a').hello({}, { timeoutMs: 300 });
  await expect(call).rejects.toMatchObject({ code: 504 });
  expect(Date.now() - started).toBeLessThan(600);
  const [a = 0, b = 0, c = 0] = left;
  expect(a).toBeLessThanOrEqual(300);
  expect(b).toBeLessThan(a);
  expect(c).toBeLessThan(b);
  // Those that were late have called nobody.
  expect(left).toHaveLength(3);
});

test('C11: who says no deadline has one, and the error names it', async () => {
  await network.serve({ hello: () => new Promise(() => {}) });
  const call = network.client({ timeoutMs: 100 }).hello({});
  await expect(call).rejects.toMatchObject({
    code: 504,
    detail: `no answer of ${greeterName} within 100 ms, as the default says`,
  });
});

test('C12: a caller that leaves ends the work at every hop at once', async () => {
  const entered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  await network.serve({
    hello(_, { signal }) {
      entered.resolve();
      signal.addEventListener('abort', () => ended.resolve(performance.now()));
      return new Promise(() => {});
    },
  });
  await network.serve(
    { hello: (_, { client }) => client(Say, greeterName).hello({}) },
    { service: 'outer' },
  );
  const controller = new AbortController();
  const call = network.factory()(Say, 'outer').hello({}, { signal: controller.signal });
  call.catch(() => {});
  await entered.promise;
  const left = performance.now();
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: 499 });
  expect((await ended.promise) - left).toBeLessThan(500);
});

test('a call that is cancelled before it begins is not made', async () => {
  let runs = 0;
  await network.serve({ hello: () => ({ msg: String(++runs) }) });
  const client = network.client();
  const call = client.hello({}, { signal: AbortSignal.abort() });
  await expect(call).rejects.toMatchObject({ code: 499 });
  expect((await client.hello({})).msg).toBe('1');
});

test('listeners of a call that throw fail the call, and nothing else', async () => {
  await network.serve();
  const client = network.client();
  const broken = (): never => {
    throw new Error('my mistake');
  };
  const mistake = { code: 500, cause: expect.objectContaining({ message: 'my mistake' }) };
  await expect(client.hello({}, { onTrailer: broken })).rejects.toMatchObject(mistake);
  const counted = Array.fromAsync(client.count({ to: 3 }, { onHeader: broken }));
  await expect(counted).rejects.toMatchObject(mistake);
  expect((await client.hello({ name: 'John' })).msg).toBe('Hello John');
});

test.each([Number.NaN, -1])('a time limit of %d is refused', async (timeoutMs) => {
  await network.serve();
  await expect(network.client().hello({}, { timeoutMs })).rejects.toMatchObject({ code: 400 });
});

test.each([30 * 86_400_000, Number.MAX_SAFE_INTEGER])('a time limit of %d ms holds', async (ms) => {
  await network.serve();
  expect((await network.client().hello({ name: 'a' }, { timeoutMs: ms })).msg).toBe('Hello a');
});

test('the deadline ends a stream that nobody reads, and its handler', async () => {
  const ended = Promise.withResolvers<void>();
  await network.serve({
    async *count(_, { signal }) {
      signal.addEventListener('abort', () => ended.resolve());
      for (let n = 0; ; n++) yield { n };
    },
  });
  const stream = network.client().count({}, { timeoutMs: 2_000 })[Symbol.asyncIterator]();
  await stream.next();
  await ended.promise;
});
