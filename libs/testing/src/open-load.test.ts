import { expect, test } from 'vitest';
import { openLoad } from './open-load.ts';

test('calls go on at their rate while one hangs, and what fails is told', async () => {
  const release = Promise.withResolvers<void>();
  let count = 0;
  const load = openLoad(200, async () => {
    count++;
    if (count === 1) await release.promise;
    if (count === 2) throw new Error('no');
  });
  await load.answers(50);
  release.resolve();
  const { answered, failures, slowestMs } = await load.stop();
  expect(answered).toBeGreaterThanOrEqual(51);
  expect(failures).toEqual([new Error('no')]);
  // The one that hung for as long as fifty others took.
  expect(slowestMs).toBeGreaterThan(200);
});
