import { createMemoryRegistry } from '@micro/registry';
import { afterEach, expect, test } from 'vitest';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import { createChannels, createClientFactory, createServer } from '../index.ts';
import { createTestNetwork, greeterName } from '../test-network.ts';
import { failingCheck } from './checks.ts';
import { createHealth } from './health.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

test('health says what it is told, to those who ask and those who watch', async () => {
  const registry = createMemoryRegistry();
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name: 'test' });
  const server = createServer({ name: 'a', handlers: [], client });
  open.push(
    () => server.close(100),
    () => channels.close(),
  );
  const address = await server.listen('127.0.0.1:0');
  await registry.register({
    id: 'a-1',
    service: 'a',
    version: '1',
    address,
    metadata: {},
    endpoints: [],
  });
  const health = client(Health, 'a');
  const watching = health.watch({})[Symbol.asyncIterator]();
  const next = async () => (await watching.next()).value?.status;

  expect(await next()).toBe(Status.NOT_SERVING);
  server.setServing(true);
  expect(await next()).toBe(Status.SERVING);
  expect((await health.check({})).status).toBe(Status.SERVING);
  await expect(health.check({ service: 'nobody' })).rejects.toMatchObject({ code: 404 });
  const closed = server.close(1_000);
  expect(await next()).toBe(Status.NOT_SERVING);
  expect((await watching.next()).done).toBe(true);
  await closed;
});

test('a check that fails is the reason not to serve, and those who watch hear of it', async () => {
  await using network = createTestNetwork();
  let broken: string | undefined;
  const checks = { queue: () => undefined, database: () => broken };
  const { server } = await network.serve({}, { checks });
  const health = network.factory()(Health, greeterName);
  const watching = health.watch({}, { timeoutMs: 60_000 })[Symbol.asyncIterator]();
  const next = async () => (await watching.next()).value?.status;

  expect(await next()).toBe(Status.SERVING);
  expect(server.failingCheck()).toBe(undefined);
  broken = 'it is away';
  expect(server.failingCheck()).toBe('database: it is away');
  expect(await next()).toBe(Status.NOT_SERVING);
  expect((await health.check({})).status).toBe(Status.NOT_SERVING);
  broken = undefined;
  expect(await next()).toBe(Status.SERVING);
});

test('a check that throws fails', () => {
  const throws = (): never => {
    throw new Error('no such table');
  };
  expect(failingCheck({ database: throws })).toBe('database: no such table');
});

test('each change of what is wrong is told once, and nothing of one that is not to serve', () => {
  const told: Array<string | undefined> = [];
  let trouble: string | undefined = 'a';
  const health = createHealth(
    [],
    () => trouble,
    (why) => told.push(why),
  );
  health.look();
  health.setServing(true);
  health.look();
  trouble = 'b';
  health.look();
  trouble = undefined;
  health.look();
  expect(told).toEqual(['a', 'b', undefined]);
});
