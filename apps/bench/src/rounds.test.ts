import { expect, test } from 'vitest';
import { median, runRounds, summarize } from './rounds.ts';
import type { Comparison, Row } from './suite.ts';

/** Subjects that bring these values, one each round. */
function compare(values: Record<string, number[]>, rounds?: Comparison['rounds']): Comparison {
  const subjects = Object.entries(values).map(([name, list]) => {
    const left = [...list];
    return [name, async () => ({ ms: left.shift() ?? Number.NaN })] as const;
  });
  return {
    about: 'of nothing',
    subjects: Object.fromEntries(subjects),
    rows: [],
    ...(rounds && { rounds }),
  };
}

const row: Row = {
  label: 'time',
  unit: 'ms',
  ours: (of) => of('ours', 'ms'),
  peer: (of) => of('peer', 'ms'),
};

const ignore = (): void => {};

test('the ratio is that of each round, not that of the medians', async () => {
  const comparison = compare({ ours: [1, 10, 3], peer: [2, 20, 30] });
  const result = summarize(row, await runRounds('speed', comparison, 3, ignore));
  expect(result).toMatchObject({ ours: 3, peer: 20, ratio: 0.5 });
  expect(result.spread).toBeCloseTo((0.5 - 0.1) / 0.5);
});

test('every subject runs once a round, and says so before', async () => {
  const said: string[] = [];
  await runRounds('speed', compare({ ours: [1, 2], peer: [3, 4] }), 2, (about) => said.push(about));
  expect(said.toSorted()).toEqual([
    'speed, round 1 of 2: ours',
    'speed, round 1 of 2: peer',
    'speed, round 2 of 2: ours',
    'speed, round 2 of 2: peer',
  ]);
});

test('what is always the same is measured once', async () => {
  expect(await runRounds('speed', compare({ ours: [1] }, 'once'), 5, ignore)).toHaveLength(1);
});

test('what is short is measured more often', async () => {
  expect(
    await runRounds('speed', compare({ ours: [1, 2, 3, 4, 5, 6] }, 3), 2, ignore),
  ).toHaveLength(6);
});

test.each([
  [{ max: 3 }, true],
  [{ max: 2.9 }, false],
  [{ maxRatio: 0.5 }, true],
  [{ maxRatio: 0.4 }, false],
  [{ minRatio: 0.5 }, true],
  [{ minRatio: 0.6 }, false],
])('a goal of %o is met: %s', async (goal, met) => {
  const rounds = await runRounds('speed', compare({ ours: [3], peer: [6] }), 1, ignore);
  expect(summarize({ ...row, goal }, rounds).met).toBe(met);
});

test('a figure that no subject brought is an error that says which', async () => {
  const rounds = await runRounds('speed', compare({ ours: [1] }), 1, ignore);
  expect(() => summarize(row, rounds)).toThrow(/expected ms of peer in speed/);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])('the median of %o is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});
