import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createFakeApiServer, type FakeApiServer } from './fake-api-server.ts';
import type { RequestFault } from './faults.ts';

const path = '/api/v1/namespaces/micro/pods';
let clock: ManualClock;
let server: FakeApiServer;
let list: string;
beforeEach(async () => {
  clock = createManualClock();
  server = await createFakeApiServer({ clock });
  server.pods.create('micro', { metadata: { name: 'one' } });
  list = await (await fetch(server.url + path)).text();
});
afterEach(() => server.close());

/** An answer, its chunks as they come. */
interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly chunks: string[];
  ended: 'yes' | 'broken' | undefined;
  leave(): void;
}

function get(query = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(server.url + path + query, (response) => {
      const { statusCode: status = 0, headers } = response;
      const contentType = headers['content-type'];
      const leave = () => void response.destroy();
      const answer: Answer = { status, contentType, chunks: [], ended: undefined, leave };
      response.on('data', (chunk) => answer.chunks.push(String(chunk)));
      response.on('end', () => {
        answer.ended = 'yes';
      });
      response.on('error', () => {
        answer.ended = 'broken';
      });
      resolve(answer);
    })
      .on('error', reject)
      .end();
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

test('a fault is shown as often as was said, to who it is for', async () => {
  server.faults.next(2, { kind: 'status', status: 503, retryAfterSeconds: 7 }, 'list');
  expect((await get('/one')).status).toBe(200);
  for (const status of [503, 503, 200]) expect((await get()).status).toBe(status);
  server.faults.next(1, { kind: 'reset' });
  server.faults.clear();
  expect((await get()).status).toBe(200);
});

test('a page in HTML is one', async () => {
  server.faults.next(1, { kind: 'html' });
  const answer = await get();
  await until(() => answer.ended === 'yes');
  expect([answer.status, answer.contentType]).toEqual([502, 'text/html']);
  expect(answer.chunks.join('')).toMatch(/^<html>/);
});

test('an answer that stalls has headers and nothing more', async () => {
  server.faults.next(1, { kind: 'stall' });
  const answer = await get();
  await get();
  expect([answer.status, answer.chunks, answer.ended]).toEqual([200, [], undefined]);
});

test('a connection that breaks has brought half of the list, or half of an event', async () => {
  server.faults.next(2, { kind: 'cut' });
  const answer = await get();
  await until(() => answer.ended === 'broken');
  expect(answer.chunks.join('')).toBe(list.slice(0, list.length / 2));
  const watch = await get('?watch=true');
  await until(() => watch.ended === 'broken');
  expect(watch.chunks.join('')).toMatch(/^\{"type":"ADDED".*[^\n]$/);
  expect(server.watchers.count).toBe(0);
});

test('a slow answer comes by the clock', async () => {
  server.faults.next(1, { kind: 'slow', bytesPerSecond: 100 });
  const answer = await get();
  for (let bytes = 10; bytes <= 50; bytes += 10) {
    await until(() => answer.chunks.join('').length === bytes);
    clock.advance(100);
  }
  clock.advance(1_000 * (list.length / 100));
  await until(() => answer.ended === 'yes');
  expect(answer.chunks.join('')).toBe(list);
});

test('who leaves a slow answer does not disturb, and leaves no timer', async () => {
  const before = clock.waiting;
  server.faults.next(1, { kind: 'slow', bytesPerSecond: 100 });
  const answer = await get();
  const { open } = server.connections;
  expect(clock.waiting).toBe(before + 1);
  answer.leave();
  await until(() => server.connections.open < open);
  expect(clock.waiting).toBe(before);
  clock.advance(60_000);
  expect((await get()).status).toBe(200);
});

test.each<[RequestFault, string]>([
  [{ kind: 'bytewise' }, ''],
  [{ kind: 'bytewise' }, '?watch=true&timeoutSeconds=1'],
])('with %j nothing else of an answer changes: %s', async (fault, query) => {
  const plain = await get(query);
  server.faults.next(1, fault);
  const answer = await get(query);
  clock.advance(1_000);
  await until(() => plain.ended === 'yes' && answer.ended === 'yes');
  expect(answer.chunks.join('')).toBe(plain.chunks.join(''));
  expect(answer.chunks.length).toBeGreaterThan(100);
});
