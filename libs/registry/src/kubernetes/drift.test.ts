import { createManualClock } from '@micro/testing';
import { beforeEach, expect, test } from 'vitest';
import { createDriftRepair, type DriftRepair } from './drift.ts';

let clock: ReturnType<typeof createManualClock>;
let repairs: number[];
let givenUp: number[];
let failing: boolean;
let drift: DriftRepair;
beforeEach(() => {
  clock = createManualClock();
  repairs = [];
  givenUp = [];
  failing = false;
  drift = createDriftRepair({
    async repair() {
      if (failing) throw new Error('away');
      repairs.push(clock.now());
    },
    onGiveUp: (times) => givenUp.push(times),
    clock,
    random: () => 0.5,
  });
});

/** Lets promises settle, and no time pass. */
const settle = () => new Promise(setImmediate);

/** Somebody takes it away again as soon as it is back. */
async function contest(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    drift.drifted();
    clock.advance(11_000);
    await settle();
  }
}

test('R28: puts back what was changed soon, and then no more than once in ten seconds', async () => {
  drift.drifted();
  drift.drifted();
  expect(repairs).toEqual([]);
  clock.advance(500);
  await settle();
  drift.drifted();
  clock.advance(10_499);
  expect(repairs).toEqual([500]);
  clock.advance(1);
  expect(repairs).toEqual([500, 11_000]);
});

test('R28: gives up after five times, says so once, and begins anew after ten minutes', async () => {
  await contest(9);
  expect(repairs.length).toBe(5);
  expect(givenUp).toEqual([5]);
  clock.advance(600_000);
  await contest(9);
  expect(repairs.length).toBe(10);
  expect(givenUp).toEqual([5, 5]);
});

test('does nothing if it is right again in time', async () => {
  drift.drifted();
  drift.settled();
  clock.advance(60_000);
  expect(repairs).toEqual([]);
  expect(clock.waiting).toBe(0);
});

test('a repair that fails is tried again and not counted', async () => {
  failing = true;
  await contest(9);
  failing = false;
  await contest(5);
  expect(repairs.length).toBe(5);
  expect(givenUp).toEqual([]);
});

test('leaves no timer when it is stopped, a failing repair neither', async () => {
  failing = true;
  drift.drifted();
  clock.advance(500);
  drift.stop();
  await settle();
  drift.drifted();
  drift.stop();
  expect(clock.waiting).toBe(0);
});
