import { createManualClock } from '@micro/testing';
import { expect, test } from 'vitest';
import { KubeError } from '../errors.ts';
import { describeRequest } from '../request-path.ts';
import { createBackoff } from './backoff.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods');
const failure = (status: number, retryAfterMs = 0) =>
  new KubeError('Unknown', '', about, { status, retryAfterMs });

test('draws the first wait from 0 to 1.6 s, the others from half of what doubles up to 30 s', () => {
  const waits = (drawn: number) => {
    const backoff = createBackoff(createManualClock(), () => drawn);
    return Array.from({ length: 7 }, () => backoff.next(failure(503)));
  };
  expect(waits(0)).toEqual([0, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
  expect(waits(1)).toEqual([1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

test('spreads over 6 s those who lost their version together', () => {
  expect(createBackoff(createManualClock(), () => 0.5).next(failure(410))).toBe(3_000);
});

test('begins anew after two minutes of health', () => {
  const clock = createManualClock();
  const backoff = createBackoff(clock, () => 1);
  backoff.next(failure(500));
  clock.advance(119_000);
  expect(backoff.next(failure(500))).toBe(3_200);
  clock.advance(121_000);
  expect(backoff.next(failure(500))).toBe(1_600);
});

test('waits as long as the server asks, and a little of its own; never over a minute of it', () => {
  const backoff = createBackoff(createManualClock(), () => 0.5);
  expect(backoff.next(failure(429, 7_000))).toBe(7_800);
  expect(backoff.next(failure(429, 3_600_000))).toBe(62_400);
  expect(backoff.next(failure(429, -5_000))).toBe(4_800);
});

test.each([401, 403])('tries what only a person mends slowly: %i', (status) => {
  expect(createBackoff(createManualClock(), () => 0).next(failure(status))).toBe(30_000);
  expect(createBackoff(createManualClock(), () => 1).next(failure(status))).toBe(60_000);
});
