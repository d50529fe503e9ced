import dns from 'dns-packet';
import { expect, test } from 'vitest';
import { createBrowser } from './mdns-browser.ts';
import { nodeName } from './mdns-name.ts';
import type { NodeRecord } from './mdns-parse.ts';
import { createNodeTable } from './node-table.ts';
import type { Node } from './registry.ts';

const node = (id: string, changes: Partial<Node> = {}): Node => ({
  id,
  service: 'a',
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
  ...changes,
});

function open() {
  const table = createNodeTable();
  const browser = createBrowser('micro', table);
  const changes: string[] = [];
  table.view().subscribe(({ type, node }) => changes.push(`${type} ${node.id} ${node.version}`));
  const names = (packets: Buffer[]) =>
    packets.flatMap((packet) => dns.decode(packet).questions?.map(({ name }) => name) ?? []);
  const hear = (to: 'all' | 'us', ...said: (Node | NodeRecord)[]) => {
    const records = said.map((one) =>
      'ttl' in one ? one : { name: nodeName('micro', one), ttl: 10, node: one },
    );
    browser.hear({ type: 'response', services: [], records }, to);
  };
  const goodbye = (id: string) => ({ name: nodeName('micro', node(id)), ttl: 0 });
  return {
    browser,
    changes,
    hear,
    goodbye,
    ask: () => names(browser.ask()),
    tick: (lost = false) => names(browser.tick(lost)),
    list: (...services: string[]) =>
      names(browser.hear({ type: 'response', services, records: [] }, 'us')),
  };
}

test('asks for the list after 0, 1, 3 and then every 4 seconds', () => {
  const { ask, tick } = open();
  const times = ask().length > 0 ? [0] : [];
  for (let second = 1; second <= 16; second++) if (tick().length > 0) times.push(second);
  expect(times).toEqual([0, 1, 3, 7, 11, 15]);
});

test('asks for each service that is listed, once a round', () => {
  const { ask, list, hear, tick } = open();
  expect(ask()).toEqual(['_services.micro']);
  expect(list('a', 'b')).toEqual(['a.micro', 'b.micro']);
  expect(list('a', 'b')).toEqual([]);
  hear('us', node('a-1'));
  expect(tick()).toEqual(['_services.micro', 'a.micro']);
  expect(list('a', 'b')).toEqual(['b.micro']);
});

test('gives up after 10 seconds of silence, whatever the record says, and not unasked', () => {
  const { hear, tick, changes } = open();
  hear('all', { name: nodeName('micro', node('a-1')), ttl: 120, node: node('a-1') });
  const asked: number[] = [];
  for (let second = 1; second <= 9; second++) if (tick().includes('a.micro')) asked.push(second);
  expect(asked.slice(-2)).toEqual([8, 9]);
  expect(changes).toEqual(['added a-1 1']);
  tick();
  expect(changes).toEqual(['added a-1 1', 'removed a-1 1']);
});

test('keeps who answers, also if the record holds for 2 seconds only', () => {
  const { hear, tick, changes } = open();
  const record = { name: nodeName('micro', node('a-1')), ttl: 2, node: node('a-1') };
  hear('all', record);
  for (let second = 1; second < 30; second++) if (tick().includes('a.micro')) hear('us', record);
  expect(changes).toEqual(['added a-1 1']);
});

test('forgets nobody while it can not ask, and asks all the time', () => {
  const { hear, tick, changes } = open();
  hear('all', node('a-1'));
  for (let second = 1; second < 100; second++) expect(tick(true)).toContain('a.micro');
  expect(changes).toEqual(['added a-1 1']);
});

test('removes on a goodbye, and an answer that it overtook does not bring the node back', () => {
  const { hear, goodbye, tick, changes } = open();
  hear('all', node('a-1'));
  hear('all', goodbye('a-1'));
  hear('us', node('a-1'));
  tick();
  hear('us', node('a-1'));
  expect(changes).toEqual(['added a-1 1', 'removed a-1 1']);
  hear('all', node('a-1'));
  expect(changes.at(-1)).toBe('added a-1 1');
});

test('does not turn back to an answer that an announcement overtook', () => {
  const { hear, changes } = open();
  hear('us', node('a-1'));
  hear('all', node('a-1', { version: '2' }));
  hear('us', node('a-1'));
  expect(changes).toEqual(['added a-1 1', 'updated a-1 2']);
});

test('removes what a name stood for when it comes to stand for another service', () => {
  const { hear, changes } = open();
  hear('us', node('a-1.b', { service: 'c' }), node('a-1', { service: 'b.c' }));
  expect(changes).toEqual(['added a-1.b 1', 'removed a-1.b 1', 'added a-1 1']);
});

test('knows 1000 nodes and asks for 1000 services at most', () => {
  const { hear, list, changes } = open();
  const crowd = Array.from({ length: 1_001 }, (_, i) => node(`a-${i}`));
  expect(() => hear('all', ...crowd)).toThrow(/expected at most 1000 nodes, got a-1000\.a\.micro/);
  expect(changes.length).toBe(1_000);
  expect(() => list(...crowd.map(({ id }) => id))).toThrow(/expected at most 1000 services/);
});
