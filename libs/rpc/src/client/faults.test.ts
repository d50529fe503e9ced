import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTcpProxy, openLoad, type TcpProxy, type Toxics } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import { createTestNetwork, greeterName, type TestNetwork } from '../test-network.ts';

const program = join(import.meta.dirname, '../examples/greeter.ts');
let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

/** A greeter as a process of its own, registered. */
async function spawnGreeter(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  network.defer(() => child.kill('SIGKILL'));
  const [address] = await once(createInterface({ input: child.stdout }), 'line');
  await network.register(String(address));
  return child;
}

/** A greeter behind a network that fails, the only one that is registered. */
async function proxied(toxics: Toxics = {}): Promise<TcpProxy> {
  const { node } = await network.serve();
  await network.registry.deregister(node);
  const port = Number(node.address.split(':').at(-1));
  const proxy = await createTcpProxy({ port });
  network.defer(() => proxy.close());
  proxy.toxics = toxics;
  await network.register(`127.0.0.1:${proxy.port}`);
  return proxy;
}

test.each([
  ['C1', 'SIGKILL', 200],
  ['C2', 'SIGTERM', 200],
  ['C3', 'SIGSTOP', 600],
] as const)('%s: no call fails when one of two nodes gets %s', async (_, signal, answers) => {
  const [, victim] = await Promise.all([spawnGreeter(), spawnGreeter()]);
  const client = network.client({ timeoutMs: 10_000 });
  const load = openLoad(200, () => client.hello({ name: 'John' }));
  await load.answers(100);
  victim.kill(signal);
  await load.answers(answers);
  const { failures, slowestMs } = await load.stop();
  expect(failures).toEqual([]);
  expect(slowestMs).toBeLessThan(5_000);
});

test('C3: a node that was frozen gets calls again once it answers', async () => {
  const [, victim] = await Promise.all([spawnGreeter(), spawnGreeter()]);
  const picks: string[] = [];
  const readmitted = Promise.withResolvers<void>();
  const ejected = Promise.withResolvers<void>();
  const meter = {
    picked() {},
    retried: (reason: string) => void picks.push(reason),
    ejected: () => ejected.resolve(),
    readmitted: () => readmitted.resolve(),
  };
  const client = network.client({ timeoutMs: 10_000 }, { meter });
  const load = openLoad(100, () => client.hello({}));
  await load.answers(20);
  victim.kill('SIGSTOP');
  await ejected.promise;
  victim.kill('SIGCONT');
  await readmitted.promise;
  expect((await load.stop()).failures).toEqual([]);
  expect(picks).toContain('processed');
});

test('C3: where there is but one node, a call waits until it answers again', async () => {
  const only = await spawnGreeter();
  const client = network.client({ timeoutMs: 10_000 });
  await client.hello({});
  only.kill('SIGSTOP');
  const call = client.hello({ name: 'John' });
  setTimeout(() => only.kill('SIGCONT'), 2_000); // Longer than it takes to find that it is silent.
  expect((await call).msg).toBe('Hello John');
});

test('C22: a node whose event loop stands still says so, and no call fails meanwhile', async () => {
  const victim = await spawnGreeter();
  const health = network.factory()(Health, greeterName);
  const watching = health.watch({}, { timeoutMs: 60_000 })[Symbol.asyncIterator]();
  const next = async () => (await watching.next()).value?.status;
  expect(await next()).toBe(Status.SERVING); // The victim's: there is no other node yet.
  await spawnGreeter();
  let moved = 0;
  const retried = (): void => void moved++;
  const meter = { picked() {}, retried, ejected() {}, readmitted() {} };
  const client = network.client({ timeoutMs: 10_000 }, { meter });
  const load = openLoad(200, () => client.hello({ name: 'John' }));
  await load.answers(100);
  victim.kill('SIGUSR2');
  expect([await next(), await next()]).toEqual([Status.NOT_SERVING, Status.SERVING]);
  expect((await load.stop()).failures).toEqual([]);
  expect(moved).toBeGreaterThan(0);
}, 60_000);

test('C20: a connection that is reset fails no call that may be repeated', async () => {
  const proxy = await proxied();
  const client = network.client();
  const load = openLoad(100, () => client.hello({}));
  for (let times = 0; times < 3; times++) {
    await load.answers(20);
    proxy.reset();
  }
  await load.answers(20);
  expect((await load.stop()).failures).toEqual([]);
});

test('C20: a network that loses everything ends calls at their deadline, and not later', async () => {
  const proxy = await proxied();
  const client = network.client({ timeoutMs: 1_000 });
  await client.hello({});
  proxy.toxics = { blackhole: 'both' };
  const started = performance.now();
  await expect(client.hello({})).rejects.toMatchObject({ code: 504 });
  expect(performance.now() - started).toBeLessThan(1_500);
});

test('C20: a slow network is not a silent node', async () => {
  await proxied({ latencyMs: 300 });
  const client = network.client({ timeoutMs: 5_000 });
  const answers = await Promise.all([client.hello({ name: 'a' }), client.hello({ name: 'b' })]);
  expect(answers.map(({ msg }) => msg)).toEqual(['Hello a', 'Hello b']);
});

test('a node is not taken for hung because its handler is slow', async () => {
  const done = Promise.withResolvers<{ msg: string }>();
  const asked = Promise.withResolvers<void>();
  let calls = 0;
  await network.serve({
    hello() {
      calls++;
      return done.promise;
    },
  });
  // Longer than a silence may last: the node is asked, and answers.
  setTimeout(asked.resolve, 2_000);
  const answer = network.client({ timeoutMs: 10_000 }).hello({});
  await asked.promise;
  done.resolve({ msg: 'at last' });
  expect((await answer).msg).toBe('at last');
  expect(calls).toBe(1);
});

test('C28: no policy of grpc-js decides: every node gets calls, the first one not all', async () => {
  const hits = [0, 0, 0];
  for (const node of hits.keys())
    await network.serve({
      hello() {
        hits[node] = (hits[node] ?? 0) + 1;
        return {};
      },
    });
  const client = network.client();
  // Until all are connected.
  while (hits.includes(0)) await client.hello({});
  hits.fill(0);
  for (let call = 0; call < 300; call++) await client.hello({});
  expect(Math.min(...hits)).toBeGreaterThan(30);
});

test('C29: calls go where they should with http_proxy set', async () => {
  const child = spawn(process.execPath, [program, '--call'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, http_proxy: 'http://127.0.0.1:1', grpc_proxy: 'http://127.0.0.1:1' },
  });
  network.defer(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  expect((await lines.next()).value).toBe('Hello myself');
});

test('a node that says it does not serve gets no more calls, and finishes those it has', async () => {
  const done = Promise.withResolvers<{ msg: string }>();
  const slow = await network.serve({ hello: () => done.promise });
  const client = network.client({ timeoutMs: 20_000 });
  const begun = client.hello({});
  const counted = client.count({ to: 1 })[Symbol.asyncIterator]();
  await counted.next();
  slow.server.setServing(false);
  const { promise: ejected, resolve } = Promise.withResolvers<void>();
  const meter = { picked() {}, retried() {}, ejected: () => resolve(), readmitted() {} };
  const other = network.client({ timeoutMs: 20_000 }, { meter });
  await network.serve();
  // The other client finds out by calls of its own that wait.
  const load = openLoad(50, () => other.hello({ name: 'a' }));
  await ejected;
  done.resolve({ msg: 'done' });
  expect((await begun).msg).toBe('done');
  expect((await load.stop()).failures).toEqual([]);
});
