import { expect, test } from 'vitest';
import { createTrial, nodesOf, type Trial } from './trial.ts';

/** Ten nodes in the caller's zone and ten in another. */
function createZones(zone: string | undefined = 'here'): Trial {
  const trial = createTrial({ zone });
  trial.members.update(nodesOf(20, (n) => ({ metadata: { zone: n < 10 ? 'here' : 'there' } })));
  return trial;
}

/** The share of calls that stay in the zone. */
function nearShare(trial: Trial, count = 4_000): number {
  let near = 0;
  for (let n = 0; n < count; n++) {
    const member = trial.pick();
    if (member.zone === 'here') near++;
    member.end(member.begin(), 'answered');
  }
  return near / count;
}

test('T16: calls stay in their zone while seven tenths of it can be called, then spill in proportion', () => {
  const trial = createZones();
  const shares: number[] = [];
  for (let healthy = 10; healthy >= 0; healthy--) {
    shares[healthy] = nearShare(trial);
    const next = [...trial.members.all].find((m) => m.zone === 'here' && m.state === 'ready');
    if (next) trial.connectionTo(next.address).become('failed');
  }
  for (const healthy of [7, 8, 9, 10]) expect(shares[healthy]).toBeGreaterThanOrEqual(0.95);
  for (const healthy of [0, 1, 2, 3, 4, 5, 6])
    expect(shares[healthy]).toBeCloseTo(healthy / 10 / 0.7, 1);
});

test('T16: nodes that are left out count as lost to their zone', () => {
  const trial = createZones();
  for (const member of [...trial.members.all].filter((m) => m.zone === 'here').slice(0, 5))
    trial.fail(member, 5);
  expect(nearShare(trial)).toBeCloseTo(0.5 / 0.7, 1);
});

test('T16: a call that was tried in its zone goes on within it, and elsewhere when nobody is left', () => {
  const trial = createZones();
  const near = [...trial.members.all].filter((m) => m.zone === 'here');
  const nine = new Set(near.slice(0, 9));
  expect(['here', 'there']).toContain(trial.pick({ exclude: nine }).zone);
  expect(trial.pick({ exclude: new Set(near) }).zone).toBe('there');
});

test('without a zone, or with one no node is in, all nodes are the same', () => {
  expect(nearShare(createZones('elsewhere'))).toBeCloseTo(0.5, 1);
  const trial = createTrial();
  trial.members.update(nodesOf(20, (n) => ({ metadata: n < 10 ? { zone: 'here' } : {} })));
  expect(nearShare(trial)).toBeCloseTo(0.5, 1);
});

test('T16: calls that only are many stay in the zone; those of nodes that can no more spill', () => {
  const trial = createZones();
  /** Two hundred calls at once, each answered after `tookMs` of the node near, and in 5 ms elsewhere. */
  const burst = (tookMs: number): number => {
    const calls = Array.from({ length: 200 }, () => {
      const member = trial.pick();
      return { member, started: member.begin() };
    });
    trial.advance(5);
    const far = calls.filter(({ member }) => member.zone !== 'here');
    for (const { member, started } of far) member.end(started, 'answered');
    trial.advance(tookMs - 5);
    for (const call of calls) if (!far.includes(call)) call.member.end(call.started, 'answered');
    return 1 - far.length / calls.length;
  };
  const shares = (tookMs: number): number[] => Array.from({ length: 20 }, () => burst(tookMs));
  for (const share of shares(5)) expect(share).toBeGreaterThanOrEqual(0.95);
  const crowded = shares(100);
  expect(Math.min(...crowded.slice(3))).toBeGreaterThan(0.2);
  expect(Math.max(...crowded.slice(3))).toBeLessThan(0.8);
});
