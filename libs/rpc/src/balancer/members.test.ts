import { expect, test } from 'vitest';
import { createRandom, createTrial, nodeAt, nodesOf, workedMs } from './trial.ts';

test('C26: an address that is registered twice has one connection', () => {
  const trial = createTrial();
  const nodes = nodesOf(2);
  trial.members.update([...nodes, { ...nodes[0]!, id: 'a-again', version: '2' }]);
  trial.members.update([...nodes, { ...nodes[0]!, id: 'a-again', version: '2' }]);
  expect([trial.made, trial.open.size]).toEqual([2, 2]);
  expect(trial.member(nodes[0]!.address).node.version).toBe('2');
  trial.members.update([nodes[0]!, { ...nodes[0]!, id: 'a-again' }]);
  expect([...trial.open].map(({ address }) => address)).toEqual([nodes[0]!.address]);
});

test('C27: 100 nodes come and go each second for a minute, and no connection is left or made twice', () => {
  const trial = createTrial();
  const stable = nodesOf(3);
  trial.members.update(stable);
  const connections = new Set(trial.open);
  const random = createRandom(7);
  const calls = new Set<() => void>();
  let number = 1_000;
  for (let second = 0; second < 60; second++) {
    for (let step = 0; step < 10; step++) {
      const passing = Array.from({ length: 10 }, () => nodeAt(number++));
      trial.members.update([...stable, ...passing]);
      for (let n = 0; n < 5; n++) {
        const member = trial.pick();
        const started = member.begin();
        calls.add(() => member.end(started, 'answered'));
      }
      for (const end of calls)
        if (random() < 0.5) {
          calls.delete(end);
          end();
        }
      trial.advance(100);
    }
  }
  for (const end of calls) end();
  trial.members.update(stable);
  expect(trial.made).toBe(3 + 6_000);
  expect(new Set(trial.open)).toEqual(connections);
  expect(trial.members.counts).toMatchObject({ ready: 3, leaving: 0 });
});

test('a removed node leaves at once and its connection is closed when its calls are over', () => {
  const trial = createTrial();
  const nodes = nodesOf(2);
  trial.members.update(nodes);
  const gone = trial.member(nodes[0]!.address);
  const started = gone.begin();
  trial.members.update(nodes.slice(1));
  expect(trial.calls(100)).toEqual({ [nodes[1]!.address]: 100 });
  expect(trial.members.counts.leaving).toBe(1);
  expect(trial.open.size).toBe(2);
  gone.end(started, 'answered');
  expect(trial.members.counts.leaving).toBe(0);
  expect([...trial.open].map(({ address }) => address)).toEqual([nodes[1]!.address]);
});

test('a node that comes back before its calls are over keeps its connection', () => {
  const trial = createTrial();
  const nodes = nodesOf(2);
  trial.members.update(nodes);
  const member = trial.member(nodes[0]!.address);
  const started = member.begin();
  trial.members.update(nodes.slice(1));
  trial.members.update(nodes);
  member.end(started, 'answered');
  expect([trial.made, trial.open.size]).toEqual([2, 2]);
  expect(trial.member(nodes[0]!.address)).toBe(member);
});

test('an idle connection is made anew before a call needs it, one that keeps breaking once a second', () => {
  const trial = createTrial();
  const [one, two] = nodesOf(2);
  trial.members.update([one!, two!]);
  const connection = trial.connectionTo(one!.address);
  trial.advance(60_000);
  connection.become('idle');
  expect([connection.state, connection.connects]).toEqual(['ready', 2]);
  for (let n = 0; n < 1_000; n++, trial.advance(10)) {
    connection.become('idle');
    trial.pick();
  }
  expect(connection.connects).toBeLessThan(14);
  expect(connection.connects).toBeGreaterThan(9);
});

test('a connection that broke is made at once when there is no other', () => {
  const trial = createTrial({ ready: false });
  trial.members.update(nodesOf(1));
  const [connection] = trial.open;
  connection!.become('ready');
  connection!.become('idle');
  expect(connection!.connects).toBe(1);
  expect(trial.members.pick()).toEqual({ wait: true });
  expect(connection!.connects).toBe(2);
});

test('C13: who waits hears of the node that comes and can pick it', () => {
  const trial = createTrial({ ready: false });
  let heard = 0;
  const stop = trial.members.onChange(() => heard++);
  expect(trial.members.pick()).toEqual({ none: 'empty' });
  trial.members.update(nodesOf(1));
  expect(trial.members.pick()).toEqual({ wait: true });
  const before = heard;
  const [connection] = trial.open;
  connection!.become('ready');
  expect(heard).toBeGreaterThan(before);
  expect(trial.pick().address).toBe('10.0.0.1:9090');
  stop();
  const after = heard;
  trial.members.update([]);
  expect(heard).toBe(after);
});

test('nodes that do not speak gRPC are never dialled', () => {
  const trial = createTrial();
  trial.members.update([
    nodeAt(1, { metadata: { protocol: 'mucp' } }),
    nodeAt(2, { metadata: { broker: 'http' } }),
    nodeAt(3, { metadata: {} }),
  ]);
  expect([...trial.open].map(({ address }) => address)).toEqual(['10.0.0.3:9090']);
});

test('where no connection can be made a call does not wait', () => {
  const trial = createTrial({ ready: false });
  trial.members.update(nodesOf(2));
  for (const connection of trial.open) connection.become('failed', 'ECONNREFUSED');
  expect(trial.members.pick()).toEqual({ none: 'unconnected' });
  const [first] = trial.open;
  first!.become('connecting');
  expect(trial.members.pick()).toEqual({ wait: true });
});

test('closing closes every connection, those of removed nodes too, for good', () => {
  const trial = createTrial();
  trial.members.update(nodesOf(3));
  const [one] = trial.members.all;
  const started = one!.begin();
  trial.members.update(nodesOf(3).slice(1));
  trial.members.close();
  trial.members.update(nodesOf(3));
  one!.end(started, 'failed');
  expect([trial.open.size, trial.made]).toEqual([0, 3]);
  expect(trial.members.pick()).toEqual({ none: 'empty' });
});

test.each([
  [1_000, 1],
  [10_000, 10],
])('T14: one change of %i nodes costs at most %i ms', (count, limitMs) => {
  const trial = createTrial();
  const nodes = nodesOf(count);
  trial.members.update(nodes);
  const took: number[] = [];
  for (let round = 0; round < 60; round++) {
    nodes[(round * 37) % count] = nodeAt(count + round + 1);
    const from = workedMs();
    trial.members.update([...nodes]);
    took.push(workedMs() - from);
  }
  // The quicker rounds say what it costs; the others what else this machine does.
  expect(took.sort((a, b) => a - b)[15]).toBeLessThan(limitMs);
  expect(trial.open.size).toBe(20);
});
