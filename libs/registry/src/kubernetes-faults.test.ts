import { createKubeClient, type KubeClient } from '@micro/kube';
import {
  createFakeApiServer,
  createManualClock,
  createPodDriver,
  type FakeApiServer,
  type ManualClock,
  type PodDriver,
} from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import type { PodIdentity } from './pod-identity.ts';
import type { Node, Registry, RegistryError, Status } from './registry.ts';
import type { Snapshot } from './snapshot.ts';

const pod: PodIdentity = { name: 'greeter-1', namespace: 'micro', ip: '10.244.0.7' };
const node: Node = {
  id: 'greeter-1',
  service: 'greeter',
  version: 'latest',
  address: '10.244.0.7:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [],
};
const open: Registry[] = [];
let server: FakeApiServer;
let client: KubeClient;
let hand: KubeClient;
let pods: PodDriver;
let clock: ManualClock;
let problems: RegistryError[];
let statuses: Status['state'][];

beforeEach(async () => {
  clock = createManualClock();
  server = await createFakeApiServer({ clock });
  hand = createKubeClient(server.config());
  client = createKubeClient(server.config(), { clock });
  pods = createPodDriver(hand.request, 'micro');
  problems = [];
  statuses = [];
  await pods.create('greeter-1');
  await pods.run('greeter-1', pod.ip);
});
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
  client.close();
  hand.close();
  await server.close();
});

function connect(options: Partial<KubernetesOptions> = {}): Registry {
  const registry = createKubernetesRegistry({
    client,
    pod,
    onProblem: (problem) => problems.push(problem),
    onStatus: ({ state }) => statuses.push(state),
    clock,
    random: () => 0.5,
    ...options,
  });
  open.push(registry);
  return registry;
}

/** For what no view tells; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

/** Lets what is on its way arrive. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Lets a second pass. */
async function second(): Promise<void> {
  clock.advance(1_000);
  await arrive();
}

const stored = () => server.pods.get('micro', 'greeter-1').metadata;
const patches = () => server.requests.filter(({ verb }) => verb === 'patch').length;

test('R1: an API server that refuses at the start is said once, and found when it is there', async () => {
  const { port } = new URL(server.url);
  await server.close();
  const registry = connect();
  const view = registry.watch();
  await until(() => problems.length === 1);
  expect(registry.status).toMatchObject({
    state: 'starting',
    reason: expect.stringMatching(/ECONNREFUSED/),
  });
  for (let tries = 0; tries < 5; tries++) {
    clock.advance(30_000);
    await arrive();
  }
  expect(problems.length).toBe(1);
  server = await createFakeApiServer({ port: Number(port), clock });
  clock.advance(30_000);
  await view.synced;
  expect(registry.status.state).toBe('synced');
  expect(statuses).toEqual(['starting', 'starting', 'synced']);
});

test('R2: ten minutes without the API server take no node away, and are counted', async () => {
  const registry = connect();
  await registry.register(node);
  const view = registry.watch('greeter');
  await until(() => view.nodes.length === 1);
  await server.close();
  await until(() => registry.status.state === 'stale');
  for (let tries = 0; tries < 20; tries++) {
    clock.advance(30_000);
    await arrive();
  }
  expect(view.nodes).toEqual([node]);
  expect(registry.status).toMatchObject({ state: 'stale', silentMs: 600_000, counts: { live: 1 } });
  expect(problems.length).toBe(2); // That the watch broke, and that nobody answers.
});

test.each([
  [
    'taken away',
    {
      labels: { 'micro.mu/selector-greeter': null },
      annotations: { 'micro.mu/service-greeter': null },
    },
  ],
  ['taken from all eyes', { labels: { 'micro.mu/type': null } }],
  ['altered', { annotations: { 'micro.mu/service-greeter': '{}' } }],
])('R28: a registration that is %s is put back, whoever watches', async (_, change) => {
  for (const watching of [false, true]) {
    const registry = connect();
    if (watching) await registry.watch().synced;
    await registry.register(node);
    await until(() => server.watchers.count === 1);
    const before = patches();
    await pods.setMetadata('greeter-1', change);
    await until(() => {
      clock.advance(500);
      return patches() === before + 2;
    });
    await until(
      () => stored().annotations?.['micro.mu/service-greeter']?.includes('latest') ?? false,
    );
    expect(stored().labels).toMatchObject({
      'micro.mu/type': 'service',
      'micro.mu/selector-greeter': 'service',
    });
    await registry.close();
    await until(() => server.watchers.count === 0);
  }
});

test('R28: there is no war over a registration', async () => {
  const [one, two] = [connect(), connect()];
  const before = patches();
  await one.register(node);
  await until(() => server.watchers.count === 1);
  await two.register({ ...node, version: 'other' });
  await until(() => server.watchers.count === 2);
  while (problems.length === 0) await second();
  const times = patches();
  expect(times - before).toBeLessThanOrEqual(2 + 2 * 5);
  for (let n = 0; n < 300; n++) await second();
  expect(patches()).toBe(times);
  expect(problems[0]?.message).toMatch(
    /somebody else keeps changing the registration of greeter on pod micro\/greeter-1: it was put back 5 times and now is not for 10 min; kubectl get pod/,
  );
});

test('a pod that is deleted is not written to', async () => {
  const registry = connect();
  await registry.register(node);
  await until(() => server.watchers.count === 1);
  const before = patches();
  await pods.delete('greeter-1');
  for (let n = 0; n < 60; n++) await second();
  // The one that finds out.
  expect(patches() - before).toBeLessThanOrEqual(1);
  expect(problems).toEqual([]);
});

test('the watch of one’s own pod ends when all are watched', async () => {
  const registry = connect();
  await registry.register(node);
  await until(() => server.watchers.count === 1);
  await registry.watch().synced;
  await until(() => server.watchers.count === 1);
  const { query } = server.requests.at(-1)!;
  expect([query.get('fieldSelector'), query.get('labelSelector')]).toEqual([
    null,
    'micro.mu/type=service',
  ]);
});

test('several namespaces are one picture, as true as the least of them', async () => {
  const other = createPodDriver(hand.request, 'other');
  await other.create('greeter-1');
  await other.run('greeter-1', '10.244.0.8');
  const there = { ...pod, namespace: 'other', ip: '10.244.0.8' };
  await connect({ pod: there }).register({ ...node, address: '10.244.0.8:9090' });
  await connect().register(node);
  await until(() => server.watchers.count === 2);
  server.faults.next(1, { kind: 'status', status: 500 }, 'watch');
  const registry = connect({ namespaces: ['micro', 'other'] });
  const view = registry.watch('greeter');
  await until(() => registry.status.reason !== undefined);
  await until(() => registry.status.counts?.live === 1);
  expect(registry.status.state).toBe('starting');
  clock.advance(30_000);
  await view.synced;
  expect(view.nodes.map(({ address }) => address).sort()).toEqual([
    '10.244.0.7:9090',
    '10.244.0.8:9090',
  ]);
  expect(registry.status).toMatchObject({ state: 'synced', counts: { live: 2 } });
});

test('a process that begins while the API server is away knows what the one before it knew', async () => {
  const kept: Parameters<Snapshot['save']>[1][] = [];
  const snapshot: Snapshot = {
    load: () => ({ savedAt: '2026-11-25T04:00:00Z', pods: [['u', node]] }),
    save: (_, pods) => kept.push(new Map(pods)),
    async close() {},
  };
  const { port } = new URL(server.url);
  await server.close();
  const registry = connect({ snapshot });
  const view = registry.watch('greeter');
  await view.synced;
  expect(view.nodes).toEqual([node]);
  expect(registry.status).toMatchObject({
    state: 'stale',
    reason:
      'the API server has not said yet whether the picture of 2026-11-25T04:00:00Z still holds',
    counts: { live: 1 },
  });
  await until(() => problems.length > 0);
  expect(kept).toEqual([]);

  server = await createFakeApiServer({ port: Number(port), clock });
  clock.advance(30_000);
  await until(() => registry.status.state === 'synced');
  expect(view.nodes).toEqual([]);
  expect(kept.at(-1)?.size).toBe(0);
});

test('a listing that lacks most pods is asked for again before it is believed', async () => {
  const known = Array.from({ length: 8 }, (_, n) => [`u${n}`, { ...node, id: `g-${n}` }] as const);
  const snapshot: Snapshot = {
    load: () => ({ savedAt: '2026-11-25T04:00:00Z', pods: known }),
    save() {},
    async close() {},
  };
  const registry = connect({ snapshot });
  const view = registry.watch('greeter');
  await until(() => registry.status.reason?.includes('expected most of 8 pods, got 0') ?? false);
  expect(view.nodes.length).toBe(8);
  clock.advance(30_000);
  await until(() => registry.status.state === 'synced');
  expect(server.requests.at(-1)?.query.get('resourceVersion')).toBe('');
  // All of a service at once: shown for a moment more.
  expect(registry.status).toMatchObject({ counts: { live: 0, draining: 8 } });
  clock.advance(5_000);
  expect(view.nodes).toEqual([]);
});

test('R25: a listener that throws or dawdles is in nobody’s way', async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  process.on('warning', onWarning);
  const registry = connect();
  await registry.register(node);
  const view = registry.watch();
  await view.synced;
  view.subscribe(() => {
    throw new Error('no listener');
  });
  const slow = view[Symbol.asyncIterator]();
  const seen: string[] = [];
  view.subscribe(({ node }) => seen.push(node.version));
  for (const version of ['1', '2', '3']) await registry.register({ ...node, version });
  await until(() => seen.at(-1) === '3');
  await until(() => warnings.length >= 1);
  expect(warnings[0]).toMatch(/a listener of the registry threw: Error: no listener/);
  expect((await slow.next()).value).toMatchObject({ type: 'added' });
  process.off('warning', onWarning);
});

test('reports what is worth counting', async () => {
  const counted: string[] = [];
  let bytes = 0;
  const registry = connect({
    meter: {
      listed: (durationMs) => counted.push(`listed in ${durationMs}`),
      interrupted: (reason) => counted.push(`interrupted: ${reason}`),
      received: (count) => {
        bytes += count;
      },
      wrote: (result) => counted.push(`wrote: ${result}`),
    },
  });
  await registry.register(node);
  await registry.watch().synced;
  server.watchers.drop();
  await until(() => counted.length === 3);
  server.faults.next(1, { kind: 'status', status: 403 }, 'patch');
  await registry.deregister(node).catch(() => {});
  expect(counted).toEqual([
    'wrote: ok',
    'listed in 0',
    'interrupted: unreachable',
    'wrote: forbidden',
  ]);
  expect(bytes).toBeGreaterThan(500);
});

test('a quiet hour is at most twelve watches, and no write', async () => {
  const registry = connect({ random: () => 0 });
  await registry.register(node);
  await registry.watch().synced;
  await until(() => server.watchers.count === 1);
  const before = server.requests.length;
  for (let minute = 1; minute <= 60; minute++) {
    clock.advance(60_000);
    // Drawn at its shortest, a watch lasts for 300 s.
    const renewed = minute % 5 === 0 ? minute / 5 : undefined;
    await until(() =>
      renewed === undefined
        ? registry.status.silentMs === 0
        : server.requests.length === before + renewed && server.watchers.count === 1,
    );
    await arrive();
  }
  const asked = server.requests
    .slice(before)
    .map(({ verb, query }) => `${verb} ${query.get('sendInitialEvents')}`);
  expect(asked).toEqual(Array(12).fill('watch null'));
});
