import { expect, test } from 'vitest';
import { mergeChanges } from './pod-store.ts';

test('what became of a pod several times at once is one change', () => {
  expect(
    mergeChanges([
      { uid: 'a', after: 1 },
      { uid: 'b', before: 7, after: 8 },
      { uid: 'a', before: 1, after: 2 },
      { uid: 'c', after: 3 },
      { uid: 'c', before: 3 },
      { uid: 'd', before: 4, after: 5 },
      { uid: 'd', before: 5 },
    ]),
  ).toEqual([
    { uid: 'b', before: 7, after: 8 },
    { uid: 'a', after: 2 },
    { uid: 'd', before: 4 },
  ]);
});
