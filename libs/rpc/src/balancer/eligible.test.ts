import { expect, test } from 'vitest';
import { createTrial, nodesOf, type Trial } from './trial.ts';

/** Calls for a while; each fails on the bad ones and is answered by the others. */
function live(trial: Trial, count: number, bad: ReadonlySet<string>): Record<string, number> {
  const got: Record<string, number> = {};
  for (let n = 0; n < count; n++) {
    const member = trial.pick();
    got[member.address] = (got[member.address] ?? 0) + 1;
    member.end(member.begin(), bad.has(member.address) ? 'failed' : 'answered');
  }
  return got;
}

test('C4: a node whose calls all fail is left out after five', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad] = trial.members.all;
  trial.fail(bad!, 4);
  expect(trial.members.counts.ejected).toBe(0);
  trial.fail(bad!, 1);
  expect(trial.members.counts).toMatchObject({ ready: 3, ejected: 1 });
  expect(live(trial, 1_000, new Set())[bad!.address]).toBeUndefined();
  expect(trial.told).toEqual(['ejected failing']);
});

test('C4: it is tried out with one call after 30 s, and is back if that is answered', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad] = trial.members.all;
  trial.fail(bad!, 5);
  trial.advance(29_999);
  expect(live(trial, 100, new Set())[bad!.address]).toBeUndefined();
  trial.advance(1);
  expect(trial.pick()).toBe(bad);
  const started = bad!.begin();
  for (let n = 0; n < 100; n++) expect(trial.pick()).not.toBe(bad);
  bad!.end(started, 'answered');
  expect(live(trial, 1_000, new Set())[bad!.address]).toBeGreaterThan(150);
  expect(trial.told).toEqual(['ejected failing', 'readmitted']);
});

test('C4: each time in a row it is left out 30 s longer, up to 5 min, and begins anew after being well', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad] = trial.members.all;
  const bads = new Set([bad!.address]);
  trial.fail(bad!, 5);
  const spells: number[] = [];
  for (let round = 0; round < 12; round++) {
    const from = trial.now();
    while (live(trial, 1, bads)[bad!.address] === undefined) trial.advance(1_000);
    spells.push((trial.now() - from) / 1_000);
  }
  expect(spells).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  while (live(trial, 1, new Set())[bad!.address] === undefined) trial.advance(1_000);
  trial.advance(300_000);
  trial.fail(bad!, 5);
  trial.advance(30_000);
  expect(trial.pick()).toBe(bad);
});

test('C4: a trial nobody makes, or that is cancelled, does not keep it out for ever', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad] = trial.members.all;
  trial.fail(bad!, 5);
  trial.advance(30_000);
  expect(trial.pick()).toBe(bad);
  trial.advance(30_000);
  expect(trial.pick()).toBe(bad);
  bad!.end(bad!.begin(), 'cancelled');
  expect(trial.pick()).toBe(bad);
});

test('C4: what was called before a node was left out says nothing of it afterwards', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [bad] = trial.members.all;
  const early = bad!.begin();
  trial.advance(1);
  trial.fail(bad!, 5);
  bad!.end(early, 'answered');
  expect(trial.members.counts.ejected).toBe(1);
});

test('C5: at most half are left out; when more are bad all are used again', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [one, two, three] = trial.members.all;
  trial.fail(one!, 5);
  trial.fail(two!, 5);
  expect(trial.members.counts).toMatchObject({ ready: 2, ejected: 2 });
  trial.fail(three!, 5);
  expect(trial.members.counts).toMatchObject({ ready: 4, ejected: 0 });
  const all = new Set([...trial.members.all].map(({ address }) => address));
  expect(Object.values(live(trial, 1_000, all)).every((count) => count > 50)).toBe(true);
});

test('C5: of bad ones that are used again those that answer are good at once', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  for (const member of trial.members.all) trial.fail(member, 5);
  const [one, two] = trial.members.all;
  one!.end(one!.begin(), 'answered');
  two!.end(two!.begin(), 'answered');
  expect(trial.members.counts).toMatchObject({ ready: 2, ejected: 1 });
});

test('C6: a single node is never left out, failing or silent', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(1));
  const [only] = trial.members.all;
  trial.fail(only!, 50);
  expect(trial.pick()).toBe(only);
  only!.silent();
  expect(trial.pick()).toBe(only);
  expect(trial.told).toEqual([]);
});

test('C6: the only one with a connection is never left out', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  const [one, two, three] = trial.members.all;
  trial.connectionTo(two!.address).become('failed');
  trial.connectionTo(three!.address).become('failed');
  trial.fail(one!, 50);
  expect(trial.pick()).toBe(one);
});

test('C3: a silent node gets no call, not even to try it out, until it is heard', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(2));
  const [one, two] = trial.members.all;
  one!.silent();
  for (let n = 0; n < 100; n++, trial.advance(10_000)) expect(trial.pick()).toBe(two);
  one!.heard();
  expect(live(trial, 100, new Set())[one!.address]).toBeGreaterThan(25);
  expect(trial.told).toEqual(['ejected silent', 'readmitted']);
});

test('a new connection ends silence, and lets a failing node be tried out at once', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(4));
  const [one, two] = trial.members.all;
  one!.silent();
  trial.fail(two!, 5);
  expect(trial.members.counts.ejected).toBe(2);
  trial.advance(2_000);
  for (const { address } of [one!, two!]) trial.connectionTo(address).become('idle');
  expect(trial.members.counts.ejected).toBe(1);
  expect(trial.pick()).toBe(two);
});

test('another process at the same address is not blamed for the one before', () => {
  const trial = createTrial();
  const nodes = nodesOf(3);
  trial.members.update(nodes);
  trial.fail(trial.member(nodes[0]!.address), 5);
  trial.members.update([{ ...nodes[0]!, id: 'a-new' }, ...nodes.slice(1)]);
  expect(trial.members.counts).toMatchObject({ ready: 3, ejected: 0 });
});
