import { createManualClock } from '@micro/testing';
import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';
import { KubeError } from './errors.ts';
import { describeRequest } from './request-path.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods');
const failure = (status: number, retryAfterMs = 0) =>
  new KubeError('Unknown', '', about, { status, retryAfterMs });

test('doubles its bound from 0.8 s up to 30 s', () => {
  const backoff = createBackoff(createManualClock(), () => 1);
  const waits = Array.from({ length: 8 }, () => backoff.next(failure(503)));
  expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

test('draws each wait from the whole of its bound', () => {
  expect(createBackoff(createManualClock(), () => 0).next(failure(500))).toBe(0);
  expect(createBackoff(createManualClock(), () => 0.25).next(failure(500))).toBe(200);
});

test('begins anew after two minutes of health', () => {
  const clock = createManualClock();
  const backoff = createBackoff(clock, () => 1);
  backoff.next(failure(500));
  clock.advance(119_000);
  expect(backoff.next(failure(500))).toBe(1600);
  clock.advance(121_000);
  expect(backoff.next(failure(500))).toBe(800);
});

test('waits as long as the server asks, and a little of its own; never over a minute of it', () => {
  const backoff = createBackoff(createManualClock(), () => 0.5);
  expect(backoff.next(failure(429, 7_000))).toBe(7_400);
  expect(backoff.next(failure(429, 3_600_000))).toBe(60_800);
});

test.each([401, 403])('tries what only a person mends slowly: %i', (status) => {
  expect(createBackoff(createManualClock(), () => 0).next(failure(status))).toBe(15_000);
  expect(createBackoff(createManualClock(), () => 1).next(failure(status))).toBe(30_000);
});
