import { expect, test } from 'vitest';
import { createManualClock } from './manual-clock.ts';

test('calls back in order of time, what a callback asks for too', () => {
  const clock = createManualClock();
  const calls: string[] = [];
  clock.after(30, () => calls.push(`third at ${clock.now()}`));
  clock.after(10, () => {
    calls.push(`first at ${clock.now()}`);
    clock.after(10, () => calls.push(`second at ${clock.now()}`));
  });
  const cancel = clock.after(15, () => calls.push('never'));
  clock.after(31, () => calls.push('too late'));
  cancel();
  clock.advance(30);
  expect(calls).toEqual(['first at 10', 'second at 20', 'third at 30']);
  expect(clock.now()).toBe(30);
  expect(clock.waiting).toBe(1);
});
