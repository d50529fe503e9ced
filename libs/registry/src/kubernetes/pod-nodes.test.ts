import { createManualClock } from '@micro/testing';
import { describe, expect, test } from 'vitest';
import { createNodeTable } from '../node-table.ts';
import type { Node } from '../registry.ts';
import { createPodNodes, type PodNodes } from './pod-nodes.ts';

const node = (id: string, changes: Partial<Node> = {}): Node => ({
  id,
  service: 'greeter',
  version: '1',
  address: '10.0.0.1:1',
  metadata: {},
  endpoints: [],
  ...changes,
});

function createFeed() {
  const table = createNodeTable();
  const clock = createManualClock();
  const seen: string[] = [];
  const drained: string[] = [];
  table
    .view()
    .subscribe(({ type, node: { id, address } }) => seen.push(`${type} ${id} ${address}`));
  const feed = createPodNodes(table, clock, (service, count) =>
    drained.push(`${service} ${count}`),
  );
  return { table, clock, seen, drained, feed };
}

test('says what a pod adds, changes and takes away', () => {
  const { seen, feed } = createFeed();
  const before = [node('a', { service: 'one' }), node('b')];
  const after = [node('b', { address: '10.0.0.1:2' }), node('c', { service: 'two' })];
  feed.update([{ uid: 'u', after: before }]);
  feed.update([{ uid: 'u', before, after }]);
  feed.update([{ uid: 'u', before: after, after: 'waiting' }]);
  expect(seen).toEqual([
    'added a 10.0.0.1:1',
    'added b 10.0.0.1:1',
    'removed a 10.0.0.1:1',
    'updated b 10.0.0.1:2',
    'added c 10.0.0.1:1',
    'removed b 10.0.0.1:2',
    'removed c 10.0.0.1:1',
  ]);
});

test('a pod that claims the node of another takes nothing from it', () => {
  const { table, seen, feed } = createFeed();
  const [own, claimed] = [node('a'), node('a', { address: '10.0.0.66:1' })];
  feed.update([{ uid: 'one', after: own }]);
  feed.update([{ uid: 'two', after: claimed }]);
  expect([...table.nodes]).toEqual([own, claimed]);
  feed.update([{ uid: 'two', before: claimed, after: 'leaving' }]);
  expect([...table.nodes]).toEqual([own]);
  expect(seen).toEqual(['added a 10.0.0.1:1', 'added a 10.0.0.66:1', 'removed a 10.0.0.66:1']);
});

test('several nodes of one service in a pod are all there', () => {
  const { table, feed } = createFeed();
  const both = [node('a'), node('b', { address: '10.0.0.1:2' })];
  feed.update([{ uid: 'one', after: both }]);
  expect([...table.nodes]).toEqual(both);
  feed.update([{ uid: 'one', before: both }]);
  expect([...table.nodes]).toEqual([]);
});

describe('when most nodes of a service go', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ uid: `u${n}`, after: node(`n${n}`) }));
  const gone = (count: number) => many(count).map(({ uid, after }) => ({ uid, before: after }));

  test.each([
    ['at once', (feed: PodNodes) => feed.update(gone(6))],
    [
      'one after the other',
      (feed: PodNodes) => {
        for (const change of gone(6)) feed.update([change]);
      },
    ],
  ])('R37: the last half is shown for 5 s more, and it is said once: %s', (_, go) => {
    const { table, clock, drained, feed } = createFeed();
    feed.update(many(6));
    go(feed);
    expect([table.count('greeter'), feed.draining, drained]).toEqual([3, 3, ['greeter 6']]);
    clock.advance(4_999);
    expect(table.count('greeter')).toBe(3);
    clock.advance(1);
    expect([table.count('greeter'), feed.draining, clock.waiting]).toEqual([0, 0, 0]);
  });

  test('those who come back meanwhile stay', () => {
    const { table, clock, feed } = createFeed();
    feed.update(many(4));
    feed.update(gone(4));
    feed.update(many(1));
    clock.advance(5_000);
    expect(table.count('greeter')).toBe(1);
  });

  test('those who are replaced go at once', () => {
    const { table, drained, feed } = createFeed();
    feed.update(many(8));
    for (const change of gone(4)) feed.update([change]);
    expect([table.count('greeter'), drained]).toEqual([4, []]);
  });

  test('in five seconds and more all may go, and fewer than four at any time', () => {
    const { table, clock, drained, feed } = createFeed();
    feed.update(many(3));
    feed.update(gone(3));
    feed.update(many(8));
    for (const change of gone(8)) {
      feed.update([change]);
      clock.advance(2_500);
    }
    expect([table.count('greeter'), drained]).toEqual([0, []]);
  });

  test('nothing waits any more when it is stopped', () => {
    const { clock, feed } = createFeed();
    feed.update(many(4));
    feed.update(gone(4));
    feed.stop();
    expect(clock.waiting).toBe(0);
  });
});
