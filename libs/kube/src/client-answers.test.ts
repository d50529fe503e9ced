import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { podsPath } from './request-path.ts';

const pods = podsPath('micro');
let other: Server;
let stranger: KubeClient;
let answer: Parameters<typeof createServer>[1];
beforeEach(async () => {
  other = createServer((request, response) => answer?.(request, response));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  stranger = createKubeClient({
    source: 'kubeconfig',
    server: `http://127.0.0.1:${port}/k8s/c-1/`,
    namespace: 'micro',
    credentials: async () => ({ headers: {} }),
  });
});
afterEach(() => {
  stranger.close();
  other.closeAllConnections();
  other.close();
});

test('a server is asked under the path of its address', async () => {
  const urls: (string | undefined)[] = [];
  answer = (request, response) => {
    urls.push(request.url);
    response.end('{"metadata":{"resourceVersion":"1"},"items":null}');
  };
  expect(await stranger.list(pods)).toEqual({ resourceVersion: '1', items: [] });
  expect(urls).toEqual([`/k8s/c-1${pods}`]);
});

test.each([
  [502, '<html>bad gateway', 'Unknown', '502 expected a Status object, got "<html>bad gateway"'],
  [200, '<html>log in', 'Malformed', 'Unexpected token'],
  [200, '{"items":[]}', 'Malformed', 'expected metadata.resourceVersion, got {"items":[]}'],
  [200, '{"metadata":{"resourceVersion":"1"},"items":[{}]}', 'Malformed', 'metadata.name'],
  [200, '{"metadata":{"resourceVersion":"1"}}', 'Malformed', 'expected a list with items'],
  [200, 'null', 'Malformed', ''],
  [302, '', 'Unknown', '302'],
  [500, 'x'.repeat(100_000), 'TooLarge', 'expected an answer of at most 65536 bytes'],
])('an answer that makes no sense is quoted: %i %.30s', async (status, body, reason, message) => {
  answer = (_, response) => response.writeHead(status).end(body);
  await expect(stranger.list(pods)).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(message),
  });
});

const bookmark = (version: number) =>
  `{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"${version}"}}}\n`;

test.each([
  ['one stream that is flushed', () => createGzip({ flush: constants.Z_SYNC_FLUSH })],
  [
    'a stream for each event',
    () => new Transform({ transform: (chunk, _, done) => done(null, gzipSync(chunk)) }),
  ],
])('a compressed watch is read event by event: %s', async (_, create) => {
  const zip = create();
  answer = (_, response) => zip.pipe(response.writeHead(200, { 'content-encoding': 'gzip' }));
  zip.write(bookmark(1));
  const events = (await stranger.watch(pods))[Symbol.asyncIterator]();
  for (let version = 1; version < 4; version++) {
    const event = { type: 'BOOKMARK', resourceVersion: String(version) };
    expect((await events.next()).value).toEqual(event);
    zip.write(bookmark(version + 1));
  }
});

test('a connection that is closed just as it is used again is replaced', async () => {
  let requests = 0;
  answer = (request, response) => {
    if (++requests === 2) request.socket.resetAndDestroy();
    else response.end('{"metadata":{"resourceVersion":"1"},"items":[]}');
  };
  await stranger.list(pods);
  await stranger.list(pods);
  expect(requests).toBe(3);
});
