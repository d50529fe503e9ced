import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createReflectorTrial, labels } from './trial.ts';

describe.each([
  ['a server that begins a watch with all there is', true],
  ['a server that has to be asked for a list', false],
])('of %s', (_, watchList) => {
  let trial: Awaited<ReturnType<typeof createReflectorTrial>>;
  beforeEach(async () => {
    trial = await createReflectorTrial({ watchList });
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const waits = () =>
    trial.states.flatMap((state) => (state.state === 'waiting' ? [state.delayMs] : []));

  test('R3: a watch that ends as soon as it begins is backed off from', async () => {
    await trial.start();
    trial.clock.advance(2_000);
    for (let n = 0; n < 4; n++) {
      await trial.until(trial.streaming);
      while (trial.server.watchers.count === 0) await new Promise(setImmediate);
      trial.server.watchers.end();
      if (n > 0) await trial.waitOver();
      else await trial.until(() => !trial.streaming());
    }
    expect(trial.states.filter(({ state }) => state === 'waiting')).toMatchObject(
      [800, 2_400, 4_800].map((delayMs) => ({ delayMs, error: { reason: 'Unreachable' } })),
    );
  });

  test.each(['R4: 410 as the status', 'R5: 410 as an event'])(
    '%s makes it ask for all, not older than what it has, and follow from there',
    async (how) => {
      await trial.start();
      await trial.pods.create('one', { labels });
      await trial.until(() => trial.seen.length === 1);
      trial.server.watchers.mute();
      await trial.pods.create('two', { labels });
      if (how.startsWith('R4'))
        trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
      else trial.server.compact();
      trial.server.watchers.drop();
      await trial.recovered(() => trial.seen.length === 2);
      expect(trial.asked).toEqual(['all 0', 'from 2', 'all 2']);
      expect(trial.seen).toEqual(['one undefined → ', 'two undefined → ']);
      const gone = trial.states.findIndex((s) => s.state === 'waiting' && s.error.status === 410);
      const after = trial.states.slice(gone + 1).map(({ state }) => state);
      expect(after).not.toContain('waiting');
    },
  );

  test('R6: 410 again and again is asked for at most four times a minute after two', async () => {
    await trial.start();
    trial.server.watchers.drop();
    trial.server.faults.next(1_000, { kind: 'status', status: 410 });
    let asked = 0;
    for (const begun = trial.clock.now(); trial.clock.now() < begun + 600_000; ) {
      await trial.waitOver();
      await trial.until(trial.waiting);
      if (trial.clock.now() > begun + 120_000) asked++;
    }
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThanOrEqual(4 * 8);
  });

  test('R18: events that come once more change nothing, and those out of order make it ask for all', async () => {
    await trial.pods.create('one', { labels });
    await trial.start();
    await trial.pods.setMetadata('one', { annotations: { text: 'a' } });
    await trial.pods.setMetadata('one', { annotations: { text: 'b' } });
    await trial.until(() => trial.seen.length === 3);
    trial.server.watchers.show({ kind: 'replay', events: 1 });
    trial.server.watchers.bookmark();
    await trial.pods.create('two', { labels });
    await trial.until(() => trial.seen.length === 4);
    expect(trial.states.some(({ state }) => state === 'waiting')).toBe(false);

    trial.server.watchers.show({ kind: 'reorder', events: 2 });
    await trial.pods.setMetadata('one', { annotations: { text: 'c' } });
    await trial.pods.setMetadata('one', { annotations: { text: 'd' } });
    await trial.until(trial.waiting);
    expect(trial.state).toMatchObject({
      error: { reason: 'Malformed', detail: expect.stringMatching(/expected versions to go up/) },
    });
    expect(trial.seen.at(-1)).toBe('one b → d');
    await trial.recovered();
    expect(trial.seen.length).toBe(5);
  });

  test.each([
    { kind: 'garbage' },
    { kind: 'unknown-type' },
    { kind: 'no-metadata' },
    { kind: 'huge-event' },
    { kind: 'half-event' },
  ] as const)('R17: asks for all after %j, and says in few words what came', async (fault) => {
    await trial.start();
    trial.server.watchers.show(fault);
    await trial.pods.create('one', { labels });
    await trial.recovered(() => trial.seen.length === 1);
    expect(trial.asked).toEqual(['all 0', 'all 1']);
    const failed = trial.states.filter((state) => state.state === 'waiting');
    expect(failed.length).toBe(1);
    expect(failed[0]?.error.message.length).toBeLessThan(400);
  });

  test('R22: asks etcd only if the cache has not even the last version', async () => {
    for (let n = 0; n < 3; n++) await trial.pods.create(`pod-${n}`, { labels });
    await trial.start();
    await trial.server.close();
    await trial.until(trial.waiting);
    // One that was set up anew: its versions begin again.
    await trial.renewServer();
    await trial.pods.create('only', { labels });
    // A real one that was set up anew lets a watch from a version to come wait; here it knows better.
    trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
    await trial.recovered();
    expect(trial.asked.slice(-2)).toEqual(['all 4', 'all etcd']);
    expect(trial.names).toEqual(['only']);
  });

  test.each([
    ['R8', 500],
    ['R8', 502],
    ['R8', 503],
    ['R8', 504],
    ['R7', 429],
    ['R9', 401],
    ['R12', 403],
  ])('%s: goes on after %i, at the beginning and later', async (_, status) => {
    await trial.pods.create('one', { labels });
    trial.server.faults.next(3, { kind: 'status', status });
    const started = trial.start();
    for (let n = 0; n < 3; n++) await trial.waitOver();
    await started;
    const slow = status === 401 || status === 403;
    expect(waits()).toEqual(slow ? [45_000, 45_000, 45_000] : [800, 2_400, 4_800]);
    trial.server.faults.next(1, { kind: 'status', status }, 'watch');
    trial.server.watchers.drop();
    await trial.until(trial.waiting);
    await trial.recovered();
    await trial.pods.create('two', { labels });
    await trial.until(() => trial.seen.length === 2);
    expect(trial.names).toEqual(['one', 'two']);
  });

  test('R7: does not ask before the server said it may', async () => {
    trial.server.faults.next(1, { kind: 'status', status: 429, retryAfterSeconds: 7 });
    const started = trial.start();
    await trial.until(trial.waiting);
    const requests = trial.server.requests.length;
    trial.clock.advance(7_000);
    expect(trial.server.requests.length).toBe(requests);
    trial.clock.advance(800);
    await started;
  });

  test('R13: takes a watch that has been silent for 90 s for dead', async () => {
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
    expect(trial.asked).toEqual(['all 0', 'from 1']);
    while (trial.server.watchers.count > 1) await new Promise(setImmediate);
  });

  test('R14: gives up after 30 s what is not answered, and asks again', async () => {
    trial.server.faults.next(1, { kind: 'hang' });
    const started = trial.start();
    while (trial.server.requests.length === 0) await new Promise(setImmediate);
    trial.clock.advance(30_000);
    await trial.until(trial.waiting);
    expect(trial.state).toMatchObject({ error: { detail: 'no answer within 30000 ms' } });
    await trial.waitOver();
    await started;
  });

  test('R31: a wall clock that jumps changes nothing', async () => {
    await trial.pods.create('one', { labels });
    await trial.start();
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const hours of [1, -1, -240]) vi.setSystemTime(Date.now() + hours * 3_600_000);
    await trial.pods.create('two', { labels });
    await trial.until(() => trial.seen.length === 2);
    vi.useRealTimers();
    expect(trial.silentMs).toBe(0);
    expect(trial.asked).toEqual(['all 0']);
  });

  test('R32: after ten minutes of sleep the watch is renewed at once, without asking for all', async () => {
    await trial.start();
    trial.server.watchers.mute();
    await trial.pods.create('one', { labels });
    trial.clock.advance(600_000);
    await trial.recovered(() => trial.seen.length === 1);
    expect(trial.asked[0]).toBe('all 0');
    expect(trial.asked.slice(1).every((what) => what === 'from 1')).toBe(true);
  });

  test('keeps its picture while the server is away, and corrects it afterwards', async () => {
    await trial.pods.create('one', { labels });
    await trial.start();
    await trial.server.close();
    for (let n = 0; n < 20; n++) await trial.waitOver();
    expect(trial.names).toEqual(['one']);
    expect(trial.seen).toEqual(['one undefined → ']);
    await trial.renewServer();
    trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
    await trial.recovered();
    expect(trial.seen).toEqual(['one undefined → ', 'one  → undefined']);
  });

  test('believes that most pods have gone only when it has asked etcd too', async () => {
    for (let n = 0; n < 5; n++) await trial.pods.create(`pod-${n}`, { labels });
    await trial.start();
    await trial.server.close();
    await trial.until(trial.waiting);
    await trial.renewServer();
    for (let n = 0; n < 9; n++) await trial.pods.create(`new-${n}`);
    trial.server.faults.next(1, { kind: 'status', status: 410 }, 'watch');
    await trial.recovered(
      () => trial.state?.state === 'waiting' && trial.state.error.reason === 'Suspect',
    );
    expect(trial.names.length).toBe(5);
    expect(trial.state).toMatchObject({
      error: { detail: 'expected most of 5 pods, got 0; asking again' },
    });
    await trial.recovered();
    expect(trial.asked.at(-1)).toBe('all etcd');
    expect(trial.names).toEqual([]);
  });
});
