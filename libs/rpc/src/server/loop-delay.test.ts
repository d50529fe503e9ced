import { expect, test, vi } from 'vitest';
import { createLoopDelay, type LoopDelay } from './loop-delay.ts';

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('C22: an event loop that stood still is trouble at once, is told, and is well again after a while', async () => {
  const heard: Array<string | undefined> = [];
  const onLook = (): void => void heard.push(loopDelay.trouble());
  const loopDelay: LoopDelay = createLoopDelay({ onLook, stillMs: 1_000, wellAfterMs: 500 });
  loopDelay.start();
  expect(loopDelay.trouble()).toBe(undefined);
  standStill(1_100);
  expect(loopDelay.trouble()).toMatch(/^the event loop stood still for \d+\.\d s$/);
  await vi.waitFor(() => expect(heard.at(-1)).toMatch(/stood still/), 5_000);
  await vi.waitFor(() => expect(heard.at(-1)).toBe(undefined), 5_000);
  loopDelay.close();
  standStill(1_100);
  expect(loopDelay.trouble()).toBe(undefined);
});
