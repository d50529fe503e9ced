import type { Node } from '@micro/registry';
import { expect, test } from 'vitest';
import { Ring } from './ring.ts';
import { chooseSubset } from './subset.ts';
import { nodesOf } from './trial.ts';

const zones = ['x', 'y', 'z'];
const inZones = (index: number): Partial<Node> => ({ metadata: { zone: zones[index % 3]! } });

function ringOf(nodes: readonly Node[]): Ring {
  const ring = new Ring();
  ring.update(nodes);
  return ring;
}

/** The most callers a node has, in proportion to the mean. */
function spread(subsets: readonly (readonly Node[])[], nodes: number): number {
  const callers = new Map<string, number>();
  for (const { address } of subsets.flat()) callers.set(address, (callers.get(address) ?? 0) + 1);
  return Math.max(...callers.values()) / (subsets.flat().length / nodes);
}

test('T15: 100 peers share 100 nodes out so that none has over a quarter more callers than others', () => {
  for (const count of [100, 90, 73, 41]) {
    const ring = ringOf(nodesOf(count));
    const peers = nodesOf(100, (n) => ({ id: `caller-${(n * 7_919) % 10_007}` }));
    const subsets = peers.map(({ id }) => chooseSubset(ring, { id, zone: undefined, peers }, 20));
    expect(subsets.every((subset) => subset.length === 20)).toBe(true);
    expect(spread(subsets, count)).toBeLessThanOrEqual(1.25);
  }
});

test('T15: callers that do not know of each other spread as chance does', () => {
  const ring = ringOf(nodesOf(100));
  const subsets = Array.from({ length: 100 }, (_, n) =>
    chooseSubset(ring, { id: `caller-${n}`, zone: undefined, peers: [] }, 20),
  );
  expect(spread(subsets, 100)).toBeLessThan(1.8);
});

test('a subset is the same each time, and one node more or less moves at most two', () => {
  const nodes = nodesOf(200);
  const chooser = { id: 'caller-5', zone: undefined, peers: [] };
  const before = new Set(chooseSubset(ringOf(nodes), chooser, 20).map(({ id }) => id));
  expect(
    chooseSubset(ringOf([...nodes].reverse()), chooser, 20).every(({ id }) => before.has(id)),
  ).toBe(true);
  for (let n = 0; n < 200; n++) {
    const without = chooseSubset(ringOf(nodes.toSpliced(n, 1)), chooser, 20);
    expect(without.filter(({ id }) => !before.has(id)).length).toBeLessThanOrEqual(2);
  }
});

test('three quarters of a subset are in the own zone where there are enough, and all nodes of a small one', () => {
  const chosen = (count: number, zone: string): Record<string, number> => {
    const subset = chooseSubset(ringOf(nodesOf(count, inZones)), { id: 'c', zone, peers: [] }, 20);
    expect(new Set(subset).size).toBe(Math.min(count, 20));
    const local = subset.filter(({ metadata }) => metadata['zone'] === zone).length;
    return { local, other: subset.length - local };
  };
  expect(chosen(99, 'x')).toEqual({ local: 15, other: 5 });
  expect(chosen(30, 'x')).toEqual({ local: 10, other: 10 });
  expect(chosen(9, 'x')).toEqual({ local: 3, other: 6 });
  expect(chosen(99, 'nowhere')).toEqual({ local: 0, other: 20 });
  expect(chosen(60, 'x')).toEqual({ local: 15, other: 5 });
});

test('a ring kept by difference is the ring made at once', () => {
  const ring = new Ring();
  const all = nodesOf(60);
  for (let round = 0; round < 200; round++) {
    const nodes = all.filter((_, n) => (n * 31 + round * 17) % 7 < 4);
    ring.update(nodes);
    const fresh = ringOf(nodes);
    expect(ring.part(0.5, 60)).toEqual(fresh.part(0.5, 60));
    expect(ring.size).toBe(nodes.length);
  }
});
