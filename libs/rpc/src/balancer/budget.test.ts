import { expect, test } from 'vitest';
import { createRetryBudget } from './budget.ts';

/** How many of `wanted` retries are allowed now. */
function takeAll(budget: ReturnType<typeof createRetryBudget>, wanted: number): number {
  let taken = 0;
  for (let n = 0; n < wanted; n++) if (budget.take()) taken++;
  return taken;
}

test('C7: retries stay below a fifth of the calls and ten a second, however many are wanted', () => {
  let now = 0;
  const budget = createRetryBudget(() => now);
  let calls = 0;
  let retries = 0;
  for (; now < 60_000; now += 10) {
    for (let n = 0; n < 10; n++) budget.called();
    calls += 10;
    retries += takeAll(budget, 30);
  }
  const allowed = calls * 0.2 + 600;
  expect(retries).toBeLessThanOrEqual(allowed + 100);
  expect(retries).toBeGreaterThan(allowed * 0.9);
});

test('C7: a client that makes few calls may repeat a hundred in ten seconds, and no more', () => {
  let now = 0;
  const budget = createRetryBudget(() => now);
  expect(takeAll(budget, 1_000)).toBe(100);
  now = 9_999;
  expect(takeAll(budget, 1_000)).toBe(0);
  now = 10_000;
  expect(takeAll(budget, 1_000)).toBe(100);
});

test('C7: what was called before the last ten seconds earns nothing', () => {
  let now = 0;
  const budget = createRetryBudget(() => now);
  for (let n = 0; n < 10_000; n++) budget.called();
  now = 86_400_000;
  expect(takeAll(budget, 10_000)).toBe(100);
});
