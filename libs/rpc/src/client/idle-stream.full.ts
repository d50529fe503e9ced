import { createTcpProxy, type TcpProxy } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestNetwork, type TestNetwork } from '../test-network.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

/** A stream that says one word and then no more, until `release`, over a network that may fail. */
async function quietStream(): Promise<{
  readonly proxy: TcpProxy;
  readonly next: () => Promise<IteratorResult<{ n: number }>>;
  readonly release: () => void;
}> {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const { node } = await network.serve({
    async *count() {
      yield { n: 1 };
      await promise;
      yield { n: 2 };
    },
  });
  await network.registry.deregister(node);
  const proxy = await createTcpProxy({ port: Number(node.address.split(':').at(-1)) });
  network.defer(() => proxy.close());
  await network.register(`127.0.0.1:${proxy.port}`);
  const stream = network.client().count({})[Symbol.asyncIterator]();
  network.defer(() => stream.return?.());
  expect((await stream.next()).value).toMatchObject({ n: 1 });
  return { proxy, next: () => stream.next(), release };
}

test('C17: a stream whose connection is lost without a word is broken within 13 s and some', async () => {
  const { proxy, next } = await quietStream();
  const lost = performance.now();
  proxy.toxics = { blackhole: 'both' };
  await expect(next()).rejects.toMatchObject({ code: 503 });
  expect(performance.now() - lost).toBeLessThan(16_000);
});

test('C17: a stream that has nothing to say for longer than that goes on', async () => {
  const { next, release } = await quietStream();
  setTimeout(release, 18_000); // Longer than it takes to find a dead one.
  expect((await next()).value).toMatchObject({ n: 2 });
});
