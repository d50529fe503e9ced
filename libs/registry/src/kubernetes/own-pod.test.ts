import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRegistrar, type RegistrarState } from '../registrar.ts';
import { createFakeTrial, node, until } from './fake-trial.ts';

let trial: Awaited<ReturnType<typeof createFakeTrial>>;
beforeEach(async () => {
  trial = await createFakeTrial();
});
afterEach(() => trial[Symbol.asyncDispose]());

test.each([
  ['R26: a conflict', 409, 'refused'],
  ['R27: a missing permission', 403, 'forbidden'],
  ['R27: a refusal', 422, 'refused'],
  ['R7: too many requests', 429, 'unavailable'],
  ['R8: a trial.server that fails', 503, 'unavailable'],
] as const)('%s is tried again until it is registered: %i', async (_, status, code) => {
  trial.server.faults.next(1, { kind: 'status', status }, 'patch');
  const states: RegistrarState[] = [];
  const registrar = createRegistrar({
    registry: trial.connect(),
    node,
    ttlMs: 60_000,
    intervalMs: 30_000,
    onState: (state) => states.push(state),
    random: () => 0,
  });
  await until(() => registrar.state.state === 'registered');
  expect(states).toMatchObject([
    { state: 'registering', error: { code } },
    { state: 'registered' },
  ]);
  await registrar.withdraw(1_000);
  expect(trial.stored.labels).toBeUndefined();
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
    const registry = trial.connect();
    if (watching) await registry.watch().synced;
    await registry.register(node);
    await until(() => trial.server.watchers.count === 1);
    const before = trial.patches;
    await trial.pods.setMetadata('greeter-1', change);
    await until(() => {
      trial.clock.advance(500);
      return trial.patches === before + 2;
    });
    await until(
      () => trial.stored.annotations?.['micro.mu/service-greeter']?.includes('latest') ?? false,
    );
    expect(trial.stored.labels).toMatchObject({
      'micro.mu/type': 'service',
      'micro.mu/selector-greeter': 'service',
    });
    await registry.close();
    await until(() => trial.server.watchers.count === 0);
  }
});

test('R28: there is no war over a registration', async () => {
  const [one, two] = [trial.connect(), trial.connect()];
  const before = trial.patches;
  await one.register(node);
  await until(() => trial.server.watchers.count === 1);
  await two.register({ ...node, version: 'other' });
  await until(() => trial.server.watchers.count === 2);
  while (trial.problems.length === 0) await trial.pass(1_000);
  const times = trial.patches;
  expect(times - before).toBeLessThanOrEqual(2 + 2 * 5);
  for (let n = 0; n < 300; n++) await trial.pass(1_000);
  expect(trial.patches).toBe(times);
  expect(trial.problems[0]?.message).toMatch(
    /somebody else keeps changing the registration of greeter on pod micro\/greeter-1: it was put back 5 times and now is not for 10 min; kubectl get pod/,
  );
});

test('a pod that is deleted is not written to', async () => {
  const registry = trial.connect();
  await registry.register(node);
  await until(() => trial.server.watchers.count === 1);
  const before = trial.patches;
  await trial.pods.delete('greeter-1');
  for (let n = 0; n < 60; n++) await trial.pass(1_000);
  // The one that finds out.
  expect(trial.patches - before).toBeLessThanOrEqual(1);
  expect(trial.problems).toEqual([]);
});

test('the watch of one’s own pod ends when all are watched', async () => {
  const registry = trial.connect();
  await registry.register(node);
  await until(() => trial.server.watchers.count === 1);
  await registry.watch().synced;
  await until(() => trial.server.watchers.count === 1);
  const { query } = trial.server.requests.at(-1)!;
  expect([query.get('fieldSelector'), query.get('labelSelector')]).toEqual([
    null,
    'micro.mu/type=service',
  ]);
});
