import dns from 'dns-packet';
import { expect, test } from 'vitest';
import type { Node } from '../registry.ts';
import { createResponder } from './responder.ts';

const node = (id: string, service: string): Node => ({
  id,
  service,
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
});
const first = (packet: Buffer) => dns.decode(packet).answers?.[0];

test('announces at once, once more after a second, and all when the way is free again', () => {
  const responder = createResponder('micro');
  const announcement = responder.register(node('a-1', 'a'));
  expect([responder.tick(), responder.tick()]).toEqual([[announcement], []]);
  const changed = responder.register({ ...node('a-1', 'a'), version: '2' });
  expect([responder.tick(), responder.tick()]).toEqual([[changed], []]);
  expect(responder.announceAll()).toEqual([changed]);
});

test('answers for each node of a service, and lists a service once', () => {
  const responder = createResponder('micro');
  for (const [id, service] of [
    ['1', 'a'],
    ['2', 'a'],
    ['3', 'b'],
  ] as const)
    responder.register(node(id, service));
  responder.deregister(node('1', 'b'));
  const answers = (...names: string[]) => responder.answer({ type: 'query', names }).map(first);
  expect(answers('a.micro')).toMatchObject([{ data: '1.a.micro' }, { data: '2.a.micro' }]);
  expect(answers('_services.micro', 'b.micro')).toMatchObject([
    { data: 'a._services.micro' },
    { data: 'b._services.micro' },
    { data: '3.b.micro' },
  ]);
  expect(answers('c.micro', 'a.local', '1.a.micro')).toEqual([]);
});

test('says goodbye for what is not repeated within its time to live, and for nothing else', () => {
  const responder = createResponder('micro');
  const ends = (packets: Buffer[]) =>
    packets.map(first).flatMap((said) => (said?.type === 'SRV' && said.ttl === 0 ? said.name : []));
  responder.register(node('once', 'a'), 2_000);
  responder.register(node('for-good', 'a'));
  const ended: string[][] = [];
  for (let second = 1; second <= 60; second++) {
    if (second % 2 === 1) responder.register(node('repeated', 'a'), 2_000);
    ended.push(ends(responder.tick()));
  }
  // Two whole seconds: what is taken up between two ticks has had only part of one at the first.
  expect(ended.slice(0, 3)).toEqual([[], [], ['once.a.micro']]);
  expect(ended.slice(3).flat()).toEqual([]);
  expect(responder.announceAll().map(first)).toMatchObject([
    { name: 'for-good.a.micro' },
    { name: 'repeated.a.micro' },
  ]);
});

test.each([
  [undefined, 10],
  [1, 2],
  [2_500, 3],
  [90_000, 90],
  [3_600_000, 3_600],
  [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
])('writes a time to live of %s ms as %d s', (ttlMs, ttl) => {
  const responder = createResponder('micro');
  expect(first(responder.register(node('a-1', 'a'), ttlMs))).toMatchObject({ ttl });
  expect(first(responder.deregister(node('a-1', 'a'))!)).toMatchObject({ ttl: 0 });
  expect(responder.deregister(node('a-1', 'a'))).toBe(undefined);
});
