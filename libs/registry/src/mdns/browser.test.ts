import dns from 'dns-packet';
import { expect, test } from 'vitest';
import { createNodeTable } from '../node-table.ts';
import type { Node } from '../registry.ts';
import { createBrowser } from './browser.ts';
import { nodeName } from './name.ts';
import type { NodeRecord } from './parse.ts';

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
  const complaints: string[] = [];
  const browser = createBrowser('micro', table, (reason) => complaints.push(reason));
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
    complaints,
    changes,
    present: () => [...table.nodes].map(({ id }) => id),
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

const made = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => node(`made-up-${from + i}`, { service: 'made' }));

test('R36: keeps 1000 of 10 000 nodes, those last heard of, and says who is dropped', () => {
  const { ask, hear, complaints, present } = open();
  ask();
  hear('all', ...made(0, 1_000), ...made(0, 1), ...made(1_000, 1));
  expect(complaints).toEqual([
    'expected at most 1000 nodes, got made-up-1000.made.micro on top: dropped made-up-1.made.micro',
  ]);
  hear('all', ...made(1_001, 9_000));
  expect(present()).toEqual(made(9_001, 1_000).map(({ id }) => id));
});

test('R36: made-up names drive out nobody who answers, and who starts amid them is there to stay', () => {
  const { ask, hear, tick, list, changes } = open();
  const [old, late] = [node('old'), node('new', { service: 'b' })];
  const alive = [old];
  const answer = (questions: string[]) =>
    hear('us', ...alive.filter(({ service }) => questions.includes(`${service}.micro`)));
  answer([...ask(), ...list('a')]);
  for (let second = 1; second <= 20; second++) {
    const questions = tick();
    const services = alive.map(({ service }) => service);
    answer(questions.includes('_services.micro') ? [...questions, ...list(...services)] : []);
    hear('all', ...made(second * 2_000, 200));
    if (second === 10) {
      alive.push(late);
      hear('all', late);
    }
    hear('all', ...made(second * 2_000 + 200, 1_200));
  }
  const seen = changes.filter((change) => !change.includes('made-up'));
  expect(seen.filter((change) => change.includes('old'))).toEqual(['added old 1']);
  // Its announcement was drowned, its first answer stays.
  expect(seen.slice(1)).toEqual(['added new 1', 'removed new 1', 'added new 1']);
});

test('R36: names that are made up as answers to us hold up a new node for two rounds at most', () => {
  const { ask, hear, tick, changes } = open();
  ask();
  hear('us', node('old'));
  for (let second = 1; second <= 24; second++) {
    const asked = tick().includes('a.micro');
    if (asked) hear('us', node('old'), ...(second > 10 ? [node('new')] : []));
    hear('us', ...made(second * 1_200, 1_200));
    if (second === 10) expect(changes.filter((change) => !change.includes('made'))).toHaveLength(1);
  }
  const seen = changes.filter((change) => !change.includes('made-up'));
  expect(seen).toEqual(['added old 1', 'added new 1']);
});

test('R36: refuses the 1001st where all others answer', () => {
  const { ask, hear, complaints, present } = open();
  ask();
  hear('us', ...made(0, 1_000), node('late'));
  expect(present()).not.toContain('late');
  expect(complaints).toEqual([
    'expected at most 1000 nodes, got late.a.micro on top: left it out, all others answer',
  ]);
});

test('R36: asks for 1000 services of a made-up list a round, and then for those that are known', () => {
  const { ask, list, hear, complaints } = open();
  ask();
  hear('all', ...made(0, 1_000).map((one) => ({ ...one, service: one.id })));
  const names = made(2_000, 1_001).map(({ id }) => id);
  expect(list(...names)).toHaveLength(1_000);
  expect(complaints).toEqual([
    'expected at most 1000 new services a round, got made-up-3000 on top',
  ]);
  ask();
  expect(list('late')).toEqual(['late.micro']);
});
