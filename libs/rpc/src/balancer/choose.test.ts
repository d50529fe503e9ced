import { expect, test } from 'vitest';
import { createTrial, nodesOf } from './trial.ts';

test('equal nodes called one after another share evenly enough', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  const got = Object.values(trial.calls(300));
  expect(got.length).toBe(3);
  for (const count of got) {
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(141);
  }
});

test('a node with more calls on their way gets fewer', () => {
  const trial = createTrial();
  const [one, two] = nodesOf(2);
  trial.members.update([one!, two!]);
  const busy = trial.member(one!.address);
  busy.begin();
  expect(trial.calls(100)).toEqual({ [two!.address]: 100 });
});

test('a slow node is avoided and tried again after some seconds', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(2));
  const [slow] = trial.members.all;
  trial.calls(100, 5);
  for (let n = 0; n < 2; n++) {
    const started = slow!.begin();
    trial.advance(100);
    slow!.end(started, 'answered');
  }
  expect(trial.calls(1_000, 5)[slow!.address]).toBeUndefined();
  trial.advance(10_000);
  expect(trial.calls(100, 1)[slow!.address]).toBeGreaterThan(20);
});

test('a node whose calls fail is less attractive before it is left out, quick as its failures are', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  const [failing] = trial.members.all;
  trial.fail(failing!, 1);
  expect(trial.calls(300, 1)[failing!.address]).toBeUndefined();
});

test('a node that comes later gets a tenth of its share at first and all of it after 10 s', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  trial.advance(20_000);
  trial.members.update(nodesOf(4));
  const late = '10.0.0.4:9090';
  expect(trial.member(late).weight(trial.now())).toBeCloseTo(0.1);
  const first = trial.calls(1_000, 0)[late] ?? 0;
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThan(80);
  trial.advance(5_000);
  const half = trial.calls(1_000, 0)[late] ?? 0;
  expect(half).toBeGreaterThan(first * 1.5);
  expect(half).toBeLessThan(220);
  trial.advance(5_000);
  expect(trial.calls(1_000, 0)[late]).toBeGreaterThan(200);
});

test('a node that comes later is not filled up because it has nothing to do yet', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(2));
  trial.advance(20_000);
  for (const member of trial.members.all) member.begin();
  trial.members.update(nodesOf(3));
  expect(trial.calls(1_000, 0)['10.0.0.3:9090']).toBeLessThan(200);
});

test('nobody starts slowly in the first set or where all nodes are new', () => {
  const trial = createTrial();
  const weights = (): number[] =>
    [...trial.members.all].map((member) => member.weight(trial.now()));
  trial.members.update(nodesOf(1));
  trial.advance(500);
  trial.members.update(nodesOf(3));
  expect(weights()).toEqual([1, 1, 1]);
  trial.advance(60_000);
  trial.members.update(nodesOf(6).slice(3));
  expect(weights()).toEqual([1, 1, 1]);
});
