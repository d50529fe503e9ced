import { expect, test } from 'vitest';
import { createNodeTable } from './node-table.ts';
import { createPodNodes } from './pod-nodes.ts';
import type { Node } from './registry.ts';

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
  const seen: string[] = [];
  table
    .view()
    .subscribe(({ type, node: { id, address } }) => seen.push(`${type} ${id} ${address}`));
  return { table, seen, feed: createPodNodes(table) };
}

test('says what a pod adds, changes and takes away', () => {
  const { seen, feed } = createFeed();
  const before = [node('a'), node('b')];
  const after = [node('b', { address: '10.0.0.1:2' }), node('c')];
  feed.update('one', [], before);
  feed.update('one', before, after);
  feed.update('one', after, []);
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

test('lets nobody take a node from the pod that had it first', () => {
  const { table, seen, feed } = createFeed();
  const [own, claimed] = [[node('a')], [node('a', { address: '10.0.0.66:1' })]];
  feed.update('one', [], own);
  feed.update('two', [], claimed);
  feed.update('one', own, own);
  expect([...table.nodes]).toEqual(own);
  feed.update('two', claimed, []);
  expect([...table.nodes]).toEqual(own);
  feed.update('two', [], claimed);
  feed.update('one', own, []);
  expect([...table.nodes]).toEqual(claimed);
  feed.update('two', claimed, []);
  expect(seen).toEqual(['added a 10.0.0.1:1', 'updated a 10.0.0.66:1', 'removed a 10.0.0.66:1']);
});
