import { expect, test } from 'vitest';
import { Latency } from './latency.ts';

test('one slow answer says nothing, two do at once', () => {
  const latency = new Latency();
  latency.observe(1, 0);
  latency.observe(1, 10);
  latency.observe(100, 20);
  expect(latency.read(20)).toBeLessThanOrEqual(1);
  latency.observe(90, 30);
  expect(latency.read(30)).toBe(90);
});

test('a peak wears off with time alone, and faster answers bring it down as slowly', () => {
  const latency = new Latency();
  latency.observe(100, 0);
  latency.observe(100, 0);
  expect(latency.read(5_000)).toBeCloseTo(100 / Math.E);
  latency.observe(10, 1);
  latency.observe(10, 2);
  expect(latency.read(2)).toBeGreaterThan(99);
  expect(latency.read(30_000)).toBeLessThan(1);
});

test('what is usual follows slowly up and at once down', () => {
  const latency = new Latency();
  for (let at = 0; at <= 1_000; at += 100) latency.observe(10, at);
  expect(latency.calm).toBe(10);
  latency.observe(5, 1_100);
  expect(latency.calm).toBe(5);
  for (let at = 1_200; at <= 2_000; at += 100) latency.observe(50, at);
  expect(latency.calm).toBeLessThan(6);
  for (let at = 2_100; at <= 300_000; at += 100) latency.observe(50, at);
  expect(latency.calm).toBeGreaterThan(45);
});
