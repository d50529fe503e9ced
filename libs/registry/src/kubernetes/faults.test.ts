import { createKubeClient } from '@micro/kube';
import { createPodDriver, createTcpProxy } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeTrial, node, pod, until } from './fake-trial.ts';
import type { Snapshot } from './snapshot.ts';

let trial: Awaited<ReturnType<typeof createFakeTrial>>;
beforeEach(async () => {
  trial = await createFakeTrial();
});
afterEach(() => trial[Symbol.asyncDispose]());

test('R1: an API server that refuses at the start is said once, and found when it is there', async () => {
  await trial.server.close();
  const registry = trial.connect();
  const view = registry.watch();
  await until(() => trial.problems.length === 1);
  expect(registry.status).toMatchObject({
    state: 'starting',
    reason: expect.stringMatching(/ECONNREFUSED/),
  });
  for (let tries = 0; tries < 5; tries++) {
    trial.clock.advance(30_000);
    await trial.arrive();
  }
  expect(trial.problems.length).toBe(1);
  await trial.renewServer();
  trial.clock.advance(30_000);
  await view.synced;
  expect(registry.status.state).toBe('synced');
  expect(trial.statuses).toEqual(['starting', 'starting', 'synced']);
});

test('R2: ten minutes without the API server take no node away, and are counted', async () => {
  const registry = trial.connect();
  await registry.register(node);
  const view = registry.watch('greeter');
  await until(() => view.nodes.length === 1);
  await trial.server.close();
  await until(() => registry.status.state === 'stale');
  for (let tries = 0; tries < 20; tries++) {
    trial.clock.advance(30_000);
    await trial.arrive();
  }
  expect(view.nodes).toEqual([node]);
  expect(registry.status).toMatchObject({ state: 'stale', silentMs: 600_000, counts: { live: 1 } });
  expect(trial.problems.length).toBe(2); // That the watch broke, and that nobody answers.
});

test('R30: while one caller is cut off its nodes stay, and another hears of what changes', async () => {
  await using proxy = await createTcpProxy({ port: Number(new URL(trial.server.url).port) });
  const cut = createKubeClient(
    { ...trial.server.config(), server: `http://127.0.0.1:${proxy.port}` },
    { clock: trial.clock },
  );
  await trial.connect().register(node);
  const [alone, other] = [trial.connect({ client: cut }).watch(), trial.connect().watch()];
  await Promise.all([alone.synced, other.synced]);
  proxy.refuse();
  proxy.reset();
  await trial.pods.delete('greeter-1');
  await until(() => other.nodes.length === 0);
  expect(alone.nodes).toEqual([node]);
  await proxy.accept();
  await until(() => {
    trial.clock.advance(1_000);
    return alone.nodes.length === 0;
  });
  cut.close();
});

test('several namespaces are one picture, as true as the least of them', async () => {
  const other = createPodDriver(trial.hand.request, 'other');
  await other.create('greeter-1');
  await other.run('greeter-1', '10.244.0.8');
  const there = { ...pod, namespace: 'other', ip: '10.244.0.8' };
  await trial.connect({ pod: there }).register({ ...node, address: '10.244.0.8:9090' });
  await trial.connect().register(node);
  await until(() => trial.server.watchers.count === 2);
  trial.server.faults.next(1, { kind: 'status', status: 500 }, 'watch');
  const registry = trial.connect({ namespaces: ['micro', 'other'] });
  expect(registry.scope).toBe('namespaces micro, other');
  const view = registry.watch('greeter');
  await until(() => registry.status.reason !== undefined);
  await until(() => registry.status.counts?.live === 1);
  expect(registry.status.state).toBe('starting');
  trial.clock.advance(30_000);
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
  await trial.server.close();
  const registry = trial.connect({ snapshot });
  const view = registry.watch('greeter');
  await view.synced;
  expect(view.nodes).toEqual([node]);
  expect(registry.status).toMatchObject({
    state: 'stale',
    reason:
      'the API server has not said yet whether the picture of 2026-11-25T04:00:00Z still holds',
    counts: { live: 1 },
  });
  await until(() => trial.problems.length > 0);
  expect(kept).toEqual([]);

  await trial.renewServer();
  trial.clock.advance(30_000);
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
  const registry = trial.connect({ snapshot });
  const view = registry.watch('greeter');
  await until(() => registry.status.reason?.includes('expected most of 8 pods, got 0') ?? false);
  expect(view.nodes.length).toBe(8);
  trial.clock.advance(30_000);
  await until(() => registry.status.state === 'synced');
  expect(trial.server.requests.at(-1)?.query.get('resourceVersion')).toBe('');
  // Most of a service at once: the last half is shown for a moment more.
  expect(registry.status).toMatchObject({ counts: { live: 0, draining: 4 } });
  trial.clock.advance(5_000);
  expect(view.nodes).toEqual([]);
});

test('R25: a listener that throws or dawdles is in nobody’s way', async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  process.on('warning', onWarning);
  const registry = trial.connect();
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
  const registry = trial.connect({
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
  trial.server.watchers.drop();
  await until(() => counted.length === 3);
  trial.server.faults.next(1, { kind: 'status', status: 403 }, 'patch');
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
  const registry = trial.connect({ random: () => 0 });
  await registry.register(node);
  await registry.watch().synced;
  await until(() => trial.server.watchers.count === 1);
  const before = trial.server.requests.length;
  for (let minute = 1; minute <= 60; minute++) {
    trial.clock.advance(60_000);
    // Drawn at its shortest, a watch lasts for 300 s.
    const renewed = minute % 5 === 0 ? minute / 5 : undefined;
    await until(() =>
      renewed === undefined
        ? registry.status.silentMs === 0
        : trial.server.requests.length === before + renewed && trial.server.watchers.count === 1,
    );
    await trial.arrive();
  }
  const asked = trial.server.requests
    .slice(before)
    .map(({ verb, query }) => `${verb} ${query.get('sendInitialEvents')}`);
  expect(asked).toEqual(Array(12).fill('watch null'));
});
