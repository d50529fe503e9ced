import { expect, test } from 'vitest';
import type { Member } from './member.ts';
import { createRandom, createTrial, nodesOf, type Trial, workedMs } from './trial.ts';

/** Calls that come by chance, on average one a millisecond, to ten nodes of 5 ms, the first of 50 ms. */
function simulate(choose: (trial: Trial, members: readonly Member[], n: number) => Member): number {
  const trial = createTrial();
  trial.members.update(nodesOf(10));
  const members = [...trial.members.all];
  const random = createRandom(3);
  const running: { readonly at: number; readonly end: () => void }[] = [];
  const took: number[] = [];
  for (let n = 0, next = 0; n < 20_000; n++) {
    next -= Math.log(1 - random());
    for (;;) {
      running.sort((a, b) => a.at - b.at);
      const [first] = running;
      if (!first || first.at > next) break;
      running.shift();
      trial.advance(first.at - trial.now());
      first.end();
    }
    trial.advance(next - trial.now());
    const member = choose(trial, members, n);
    const started = member.begin();
    const callMs = (member === members[0] ? 50 : 5) * (0.8 + random() * 0.4);
    running.push({ at: started + callMs, end: () => member.end(started, 'answered') });
    took.push(callMs);
  }
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)]!;
}

test('T16: with one of ten nodes ten times slower p99 is at most 0.4 of that of taking turns', () => {
  const turns = simulate((_, members, n) => members[n % members.length]!);
  const two = simulate((trial) => trial.pick());
  expect(turns).toBeGreaterThan(40);
  expect(two).toBeLessThan(turns * 0.4);
});

test.each([
  [3, 1],
  [20, 5],
])('a pick among %i members takes less than %i µs', (count, limitUs) => {
  const trial = createTrial({ now: () => performance.now(), random: Math.random });
  trial.members.update(nodesOf(count));
  const took: number[] = [];
  for (let round = 0; round < 20; round++) {
    const from = workedMs();
    for (let n = 0; n < 10_000; n++) trial.members.pick();
    took.push((workedMs() - from) / 10);
  }
  // The quicker rounds say what it costs; the others what else this machine does.
  expect(took.sort((a, b) => a - b)[5]).toBeLessThan(limitUs);
});
