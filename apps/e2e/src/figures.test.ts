import { expect, test } from 'vitest';
import { type Call, ratePerSecond } from '../load/src/call.ts';
import { failures, figuresOf, ratePercent, sentence } from './figures.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

/** Calls at the full rate from a second before `start` on, each of which ends when `fate` says. */
function calls(fate: (sinceMs: number) => readonly [tookMs: number, failure?: string]): Call[] {
  const everyMs = 1_000 / ratePerSecond;
  return Array.from({ length: 11 * ratePerSecond }, (_, made) => {
    const sinceMs = made * everyMs - 1_000;
    return [start + sinceMs, ...fate(sinceMs)] as const;
  });
}

test('calls are counted, and the slowest, the last failure and the longest gap are found', () => {
  const some = [
    [start, 7],
    [start + 100, 3],
    [start + 105, 900, 'Error: first'],
    [start + 200, 850, 'Error: second'],
    [start + 210, 40],
  ] as const;
  expect(figuresOf(some)).toEqual({
    calls: 5,
    failed: 2,
    slowestMs: 900,
    longestGapMs: 147,
    lastFailure: '2026-01-01T00:00:01.050Z Error: second',
  });
  expect(sentence({ api: some, direct: [] })).toBe(
    'api 5 calls, 2 failed, slowest 900 ms, longest gap 147 ms; ' +
      'direct 0 calls, 0 failed, slowest 0 ms, longest gap 0 ms',
  );
  expect(failures({ api: some, direct: [[start, 1]] })).toEqual([
    'api: 2 of 5 failed, the last 2026-01-01T00:00:01.050Z Error: second',
  ]);
});

test('calls answered late count when they are answered, and failed ones never', () => {
  const late = calls((since) => {
    if (since < 0 || since >= 2_000 || since % 10 !== 0) return [2];
    return since < 1_000 ? [2_000 - since] : [2, 'Error'];
  });
  const seconds = [-1, 0, 1, 2, 3].map((second) => start + second * 1_000);
  const rates = seconds.map((second) => ratePercent(late, second, second + 1_000));
  expect(rates).toEqual([100, 50, 50, 150, 100]);
});
