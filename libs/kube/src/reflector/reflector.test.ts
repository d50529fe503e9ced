import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createReflectorTrial, labelSelector, labels } from './trial.ts';

describe.each([
  ['a server that begins a watch with all there is', true],
  ['a server that has to be asked for a list', false],
])('of %s', (_, watchList) => {
  let trial: Awaited<ReturnType<typeof createReflectorTrial>>;
  beforeEach(async () => {
    trial = await createReflectorTrial({ watchList });
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const streamed = (times: number) => () =>
    trial.states.filter(({ state }) => state === 'streaming').length === times;

  test('takes all there is from the cache once, then follows', async () => {
    await trial.pods.create('one', { labels });
    await trial.start();
    expect(trial.seen).toEqual(['one undefined → ']);
    expect(trial.asked).toEqual(['all 0']);
    const { query } = trial.server.requests.at(-1)!;
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(query.get('timeoutSeconds')).toBe('450');
    expect(query.get('labelSelector')).toBe(labelSelector);
    await trial.pods.create('two', { labels });
    await trial.until(() => trial.seen.length === 2);
    expect(trial.names).toEqual(['one', 'two']);
  });

  test('R3: resumes after the end of a watch from the last version, a bookmark’s too', async () => {
    await trial.start();
    await trial.pods.create('other');
    await trial.pods.create('one', { labels });
    await trial.until(() => trial.seen.length === 1);
    // Time passes, or a watch that ends at once would be taken for a failure.
    trial.clock.advance(2_000);
    trial.server.watchers.end();
    await trial.until(streamed(2));
    await trial.pods.create('another');
    trial.server.watchers.bookmark();
    trial.clock.advance(2_000);
    trial.server.watchers.end();
    await trial.until(streamed(3));
    expect(trial.asked).toEqual(['all 0', 'from 3', 'from 4']);
    expect(trial.seen.length).toBe(1);
    expect(trial.states.some(({ state }) => state === 'waiting')).toBe(false);
  });

  test('R19: what went, came and changed meanwhile is told, and nothing of what did not', async () => {
    for (const name of ['stays', 'goes', 'changes']) await trial.pods.create(name, { labels });
    await trial.start();
    trial.seen.length = 0;
    trial.server.watchers.mute();
    await trial.pods.delete('goes');
    await trial.pods.setMetadata('changes', { annotations: { text: 'new' } });
    await trial.pods.create('comes', { labels });
    trial.server.compact();
    trial.server.watchers.drop();
    await trial.recovered(() => trial.seen.length === 3);
    expect(trial.seen.sort()).toEqual([
      'changes  → new',
      'comes undefined → ',
      'goes  → undefined',
    ]);
  });

  test('R20: a pod that took over the name of another is another', async () => {
    await trial.pods.create('same', { labels });
    await trial.start();
    await trial.pods.delete('same');
    await trial.pods.create('same', { labels });
    await trial.until(() => trial.seen.length === 3);
    trial.server.watchers.mute();
    await trial.pods.delete('same');
    await trial.pods.create('same', { labels });
    trial.server.compact();
    trial.server.watchers.drop();
    await trial.recovered(() => trial.seen.length === 5);
    const [came, went] = ['same undefined → ', 'same  → undefined'];
    expect(trial.seen).toEqual([came, went, came, came, went]);
  });

  test('R23: an hour of bookmarks alone is followed without asking for all again', async () => {
    // A watch ends after 300 to 600 s: at the longest, after each tenth bookmark.
    await trial.start({ random: () => 0.9999 });
    for (let minute = 1; minute <= 60; minute++) {
      await trial.pods.create(`other-${minute}`);
      trial.clock.advance(60_000);
      if (minute % 10 === 0) await trial.until(streamed(1 + minute / 10));
      else while (trial.silentMs !== 0) await new Promise(setImmediate);
    }
    expect(trial.asked).toEqual(
      ['all 0', 11, 21, 31, 41, 51, 61].map((v) => (Number(v) ? `from ${v}` : v)),
    );
    expect(trial.states.some(({ state }) => state === 'waiting')).toBe(false);
  });

  test('asks for all again when it is told to after some time', async () => {
    await trial.start({ relistMs: 50_000 });
    for (let watch = 2; watch <= 3; watch++) {
      trial.clock.advance(40_000);
      trial.server.watchers.end();
      await trial.until(streamed(watch));
    }
    expect(trial.asked).toEqual(['all 0', 'from 1', 'all 1']);
  });

  test('a callback that throws stops nothing', async () => {
    await trial.start({
      project({ metadata: { name } }) {
        if (name === 'bad') throw new Error('no projection');
        return { name, text: '' };
      },
      onChange(changes) {
        trial.seen.push(...changes.map(({ after }) => after?.name ?? ''));
        trial.wake();
        throw new Error('no change');
      },
      onState(state) {
        trial.states.push(state);
        trial.wake();
        throw new Error('no state');
      },
      onSynced() {
        throw new Error('no sync');
      },
      onBytes() {
        throw new Error('no bytes');
      },
    });
    await trial.pods.create('bad', { labels });
    await trial.pods.create('good', { labels });
    await trial.until(() => trial.seen.length === 1);
    expect(trial.seen).toEqual(['good']);
    expect(trial.names).toEqual(['good']);
    expect(new Set(trial.faults.map(String))).toEqual(
      new Set(
        ['projection', 'change', 'state', 'sync', 'bytes'].map((what) => `Error: no ${what}`),
      ),
    );
  });

  test('tells a first picture of very many a part at a time, and others have their turn between', async () => {
    const names = Array.from({ length: 1_500 }, (_, at) => `pod-${at}`);
    await Promise.all(names.map((name) => trial.pods.create(name, { labels })));
    const told: { count: number; turn: number }[] = [];
    let turn = 0;
    const count = (): void => {
      turn++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await trial.start({ onChange: ({ length }) => told.push({ count: length, turn }) });
    clearImmediate(next);
    expect(told.map(({ count }) => count)).toEqual([1_000, 500]);
    expect(told[1]?.turn).toBeGreaterThan(told[0]?.turn ?? 0);
  });

  test('stops between the parts of a picture, and tells nothing more', async () => {
    const names = Array.from({ length: 1_500 }, (_, at) => `pod-${at}`);
    await Promise.all(names.map((name) => trial.pods.create(name, { labels })));
    const told: string[] = [];
    const stopped = new Promise<void>((resolve) => {
      void trial.start({
        onChange: ({ length }) => {
          told.push(`${length}`);
          resolve(trial.stop());
        },
        onSynced: () => told.push('synced'),
        onState: ({ state }) => told.push(state),
      });
    });
    await stopped;
    expect(told.slice(told.indexOf('1000'))).toEqual(['1000', 'stopped']);
  });

  test.each([
    ['streaming', () => trial.start()],
    [
      'waiting',
      async () => {
        trial.server.faults.next(1, { kind: 'status', status: 500 }, 'watch');
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
    while (trial.server.watchers.count > 0) await new Promise(setImmediate);
    expect(trial.clock.waiting).toBe(0);
    await trial.pods.create('late', { labels });
    expect(trial.seen).toEqual([]);
    expect(trial.states.at(-1)).toEqual({ state: 'stopped' });
  });
});
