import { afterEach, beforeEach, expect, test } from 'vitest';
import { createReflectorTrial, labelSelector, labels } from './reflector-trial.ts';

let trial: Awaited<ReturnType<typeof createReflectorTrial>>;
beforeEach(async () => {
  trial = await createReflectorTrial();
});
afterEach(() => trial[Symbol.asyncDispose]());

test('lists once from the cache, then follows from the version of the list', async () => {
  await trial.pods.create('one', { labels });
  await trial.start();
  expect(trial.seen).toEqual(['one undefined → ']);
  expect(trial.requested('list')).toEqual(['0']);
  expect(trial.requested('watch')).toEqual(['2']);
  const { query } = trial.server.requests.at(-1)!;
  expect(query.get('allowWatchBookmarks')).toBe('true');
  expect(query.get('timeoutSeconds')).toBe('450');
  expect(query.get('labelSelector')).toBe(labelSelector);
});

test('resumes after the end of a watch from the last version, a bookmark too, without a list', async () => {
  await trial.start();
  await trial.pods.create('other');
  await trial.pods.create('one', { labels });
  await trial.until(() => trial.seen.length === 1);
  // Time passes, or a watch that ends at once would be taken for a failure.
  trial.clock.advance(2_000);
  trial.server.watchers.end();
  await trial.until(() => trial.states.filter(({ state }) => state === 'streaming').length === 2);
  await trial.pods.create('another');
  trial.server.watchers.bookmark();
  trial.clock.advance(2_000);
  trial.server.watchers.end();
  await trial.until(() => trial.states.filter(({ state }) => state === 'streaming').length === 3);
  expect(trial.requested('watch')).toEqual(['1', '3', '4']);
  expect(trial.requested('list')).toEqual(['0']);
  expect(trial.states.some(({ state }) => state === 'waiting')).toBe(false);
});

test('says nothing of what has not changed when it lists again', async () => {
  await trial.pods.create('stays', { labels });
  await trial.pods.create('goes', { labels });
  await trial.pods.create('changes', { labels });
  await trial.start();
  trial.seen.length = 0;
  trial.server.watchers.mute();
  await trial.pods.delete('goes');
  await trial.pods.setMetadata('changes', { annotations: { text: 'new' } });
  await trial.pods.create('comes', { labels });
  trial.server.compact();
  trial.server.watchers.drop();
  await trial.recovered(() => trial.seen.length === 3);
  expect(trial.seen.sort()).toEqual(['changes  → new', 'comes undefined → ', 'goes  → undefined']);
});

test('events and bookmarks keep a watch alive', async () => {
  await trial.start();
  for (let minute = 0; minute < 5; minute++) {
    trial.clock.advance(60_000);
    trial.server.watchers.bookmark();
    await trial.pods.create(`pod-${minute}`, { labels });
    await trial.until(() => trial.seen.length === minute + 1);
  }
  expect(trial.requested('watch').length).toBe(1);
});

test('a callback that throws stops nothing', async () => {
  await trial.start({
    project({ metadata }) {
      if (metadata.name === 'bad') throw new Error('no projection');
      return metadata.name;
    },
    onChange(changes) {
      trial.seen.push(...changes.map(({ key }) => key));
      trial.wake();
      throw new Error('no change');
    },
    onState(state) {
      trial.states.push(state);
      trial.wake();
      throw new Error('no state');
    },
  });
  await trial.pods.create('bad', { labels });
  await trial.pods.create('good', { labels });
  await trial.until(() => trial.seen.length === 1);
  expect(trial.seen).toEqual(['micro/good']);
  expect(trial.names).toEqual(['micro/good']);
  expect(trial.faults.map(String)).toEqual(
    expect.arrayContaining(['Error: no projection', 'Error: no change', 'Error: no state']),
  );
});

test.each([
  ['streaming', () => trial.start()],
  [
    'waiting',
    async () => {
      trial.server.faults.next(1, { kind: 'status', status: 500 });
      void trial.start();
      await trial.until(trial.waiting);
    },
  ],
  [
    'listing',
    async () => {
      trial.server.faults.next(1, { kind: 'hang' });
      void trial.start();
      while (trial.server.requests.length === 0) await new Promise(setImmediate);
    },
  ],
] as const)('stops at once while %s, and leaves nothing behind', async (state, arrive) => {
  await arrive();
  expect(trial.state?.state).toBe(state);
  await trial.stop();
  expect(trial.state).toEqual({ state: 'stopped' });
  expect(trial.clock.waiting).toBe(0);
  while (trial.server.watchers.count > 0) await new Promise(setImmediate);
  await trial.pods.create('late', { labels });
  expect(trial.seen).toEqual([]);
  expect(trial.states.at(-1)).toEqual({ state: 'stopped' });
});
