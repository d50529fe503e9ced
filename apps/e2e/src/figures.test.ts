import { expect, test } from 'vitest';
import { type Call, ratePerSecond } from '../load/src/call.ts';
import { backAfterMs, failures, figuresOf, sentence } from './figures.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const end = start + 10_000;

/** Calls at the full rate from a second before `start` to `end`, each of which ends when `fate` says. */
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

test('a rate that nothing disturbs is back at once', () => {
  expect(
    backAfterMs(
      calls(() => [2]),
      start,
      end,
    ),
  ).toBe(0);
});

test('every second call that is answered late holds the rate down until those after it are in time', () => {
  const late = calls((since) => [
    since >= 0 && since < 2_000 && since % 10 === 0 ? 2_000 - since : 2,
  ]);
  expect(backAfterMs(late, start, end)).toBe(2_100);
});

test('failed calls are no answers, and a rate that stays down is not back before the end', () => {
  const failing = calls((since) => (since >= 0 && since % 10 === 0 ? [2, 'Error'] : [2]));
  expect(backAfterMs(failing, start, end)).toBe(10_100);
});
