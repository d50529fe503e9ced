import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WatchFault } from './event-stream.ts';
import { createFakeApiServer, type FakeApiServer } from './fake-api-server.ts';
import { decodeEvents } from './object-encoding.ts';

const protobuf = 'application/vnd.kubernetes.protobuf;stream=watch';
let server: FakeApiServer;
beforeEach(async () => {
  server = await createFakeApiServer();
});
afterEach(() => server.close());

/** What a watch hears of a fault and of some pods made after it. */
async function hear(fault: WatchFault, accept: string, ...names: string[]): Promise<Buffer> {
  const url = `${server.url}/api/v1/namespaces/micro/pods?watch=true&resourceVersion=1`;
  const answer = fetch(url, { headers: { accept } }).then((response) => response.arrayBuffer());
  while (server.watchers.count === 0) await new Promise(setImmediate);
  for (const name of ['a', 'b']) server.pods.create('micro', { metadata: { name } });
  server.watchers.show(fault);
  for (const name of names) server.pods.create('micro', { metadata: { name } });
  server.watchers.end();
  return Buffer.from(await answer);
}

test.each<[WatchFault, string]>([
  [{ kind: 'replay', events: 1 }, 'a b b c d e'],
  [{ kind: 'replay', events: 9 }, 'a b a b c d e'],
  [{ kind: 'lose', events: 2 }, 'a b e'],
  [{ kind: 'reorder', events: 2 }, 'a b d c e'],
  [{ kind: 'reorder', events: 9 }, 'a b'],
])('%j makes of a b, c d e: %s', async (fault, heard) => {
  const events = decodeEvents(await hear(fault, protobuf, 'c', 'd', 'e'));
  expect(events.map(({ object }) => nameOf(object)).join(' ')).toBe(heard);
});

test('an error is an event and the end', async () => {
  const fault = { kind: 'error', status: 410 } as const;
  const events = decodeEvents(await hear(fault, protobuf, 'c'));
  expect(events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'ERROR']);
  expect(events[2]!.object).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
});

test('garbage is no event in protobuf', async () => {
  const bytes = await hear({ kind: 'garbage' }, protobuf);
  expect(() => decodeEvents(bytes)).toThrow('expected a varint');
});

test.each<[WatchFault, (bytes: Buffer) => unknown, unknown]>([
  [{ kind: 'unknown-type' }, (bytes) => decodeEvents(bytes)[2]!.type, 'MOVED'],
  [{ kind: 'no-metadata' }, (bytes) => decodeEvents(bytes)[2]!.object['metadata'], {}],
  [{ kind: 'huge-event' }, claimOf, 100_000_000],
])('%j is in protobuf what it says', async (fault, read, expected) => {
  expect(read(await hear(fault, protobuf))).toEqual(expected);
});

test.each<[WatchFault, RegExp]>([
  [{ kind: 'garbage' }, /^<html>$/],
  [{ kind: 'unknown-type' }, /^\{"type":"MOVED","object":\{"kind":"Pod",.*\}\}$/],
  [{ kind: 'no-metadata' }, /^\{"type":"MODIFIED","object":\{"kind":"Pod","apiVersion":"v1"\}\}$/],
  [{ kind: 'half-event' }, /^\{"type":"MODIFIED","object":\{"kind":"Pod"[^}]*$/],
  [{ kind: 'huge-event' }, /^\{"type":"ADDED","object":"x+$/],
])('%j is in JSON what it says', async (fault, line) => {
  const text = (await hear(fault, 'application/json')).toString();
  expect(text.split('\n')[2]).toMatch(line);
});

test('a muted watch hears no fault either', async () => {
  const url = `${server.url}/api/v1/namespaces/micro/pods?watch=true&resourceVersion=1`;
  const answer = fetch(url).then((response) => response.text());
  while (server.watchers.count === 0) await new Promise(setImmediate);
  server.watchers.mute();
  server.pods.create('micro', { metadata: { name: 'a' } });
  server.watchers.show({ kind: 'garbage' });
  server.watchers.end();
  expect(await answer).toBe('');
});

test('a fault of the script comes when a watch has told what is there', async () => {
  server.pods.create('micro', { metadata: { name: 'a' } });
  server.faults.next(1, { kind: 'error', status: 500 });
  const url = `${server.url}/api/v1/namespaces/micro/pods`;
  expect((await fetch(url)).status).toBe(200);
  const text = await (await fetch(`${url}?watch=true`)).text();
  expect(text).toMatch(/^\{"type":"ADDED".*\n\{"type":"ERROR".*"code":500\}\}\n$/);
});

/** The bytes that the third frame says it has. */
function claimOf(bytes: Buffer): number {
  let at = 0;
  for (let frame = 0; frame < 2; frame++) at += 4 + bytes.readUInt32BE(at);
  return bytes.readUInt32BE(at);
}

function nameOf(object: Record<string, unknown>): string {
  return (object['metadata'] as { name: string }).name;
}
