import { afterEach, beforeEach, expect, test } from 'vitest';
import { createReflectorTrial, labels } from './reflector-trial.ts';

let trial: Awaited<ReturnType<typeof createReflectorTrial>>;
beforeEach(async () => {
  trial = await createReflectorTrial();
});
afterEach(() => trial[Symbol.asyncDispose]());

test('a watch that ends as soon as it begins is backed off from', async () => {
  await trial.start();
  trial.server.watchers.end();
  await trial.until(trial.waiting);
  expect(trial.state).toMatchObject({ delayMs: 400, error: { reason: 'Unreachable' } });
});

test('lists not older than what it has when the server forgot its version', async () => {
  await trial.start();
  await trial.pods.create('one', { labels });
  await trial.until(() => trial.seen.length === 1);
  trial.server.watchers.mute();
  await trial.pods.create('two', { labels });
  trial.server.compact();
  trial.server.watchers.drop();
  await trial.recovered(() => trial.seen.length === 2);
  expect(trial.requested('list')).toEqual(['0', '2']);
  expect(
    trial.states.find((state) => state.state === 'waiting' && state.error.status === 410),
  ).toBeDefined();
});

test('asks etcd only if the cache has not even the last version', async () => {
  for (let n = 0; n < 5; n++) await trial.pods.create(`pod-${n}`, { labels });
  await trial.start();
  await trial.server.close();
  await trial.until(trial.waiting);
  // One that was set up anew: its versions begin again.
  await trial.renewServer();
  await trial.pods.create('only', { labels });
  // A real one that was set up anew lets a watch from a version to come wait; here it knows better.
  trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
  await trial.recovered();
  expect(trial.requested('list')).toEqual(['6', null]);
  expect(trial.names).toEqual(['micro/only']);
});

test.each([
  ['list', 500],
  ['list', 429],
  ['watch', 429],
  ['watch', 503],
  ['watch', 401],
  ['watch', 403],
])('goes on after a %s is refused with %i', async (verb, status) => {
  await trial.pods.create('one', { labels });
  trial.server.faults.next(3, { kind: 'status', status }, verb);
  const started = trial.start();
  for (let n = 0; n < 3; n++) await trial.waitOver();
  await started;
  expect(trial.seen).toEqual(['one undefined → ']);
  const waits = trial.states.flatMap((state) => (state.state === 'waiting' ? [state.delayMs] : []));
  expect(waits).toEqual(
    status === 401 || status === 403 ? [22_500, 22_500, 22_500] : [400, 800, 1600],
  );
});

test('does not ask before the server said it may', async () => {
  trial.server.faults.next(1, { kind: 'status', status: 429, retryAfterSeconds: 7 }, 'list');
  const started = trial.start();
  await trial.until(trial.waiting);
  const requests = trial.server.requests.length;
  trial.clock.advance(7_000);
  expect(trial.server.requests.length).toBe(requests);
  trial.clock.advance(400);
  await started;
});

test('takes a watch that has been silent for 90 s for dead', async () => {
  await trial.start();
  trial.server.watchers.mute();
  await trial.pods.create('one', { labels });
  trial.clock.advance(89_000);
  expect(trial.streaming()).toBe(true);
  trial.clock.advance(1_000);
  await trial.until(trial.waiting);
  expect(trial.state).toMatchObject({
    error: { message: 'watch pods in namespace micro: not a word for 90 s' },
  });
  await trial.waitOver();
  await trial.until(() => trial.seen.length === 1);
  expect(trial.requested('list')).toEqual(['0']);
  expect(trial.server.watchers.count).toBe(1);
});

test('keeps its picture while the server is away, and corrects it afterwards', async () => {
  await trial.pods.create('one', { labels });
  await trial.start();
  await trial.server.close();
  for (let n = 0; n < 20; n++) await trial.waitOver();
  expect(trial.names).toEqual(['micro/one']);
  expect(trial.seen).toEqual(['one undefined → ']);
  await trial.renewServer();
  trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
  await trial.recovered();
  expect(trial.seen).toEqual(['one undefined → ', 'one  → undefined']);
});
