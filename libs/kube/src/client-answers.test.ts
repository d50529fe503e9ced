import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { listAll } from './read-all.ts';
import { podsPath } from './request-path.ts';

let other: Server;
let stranger: KubeClient;
let answer: Parameters<typeof createServer>[1];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
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
  vi.useRealTimers();
  stranger.close();
  other.closeAllConnections();
  other.close();
});

const list = Buffer.from('k8s\0\x12\x05\x0a\x03\x12\x011', 'latin1');

test('a server is asked under the path of its address', async () => {
  const urls: (string | undefined)[] = [];
  answer = (request, response) => {
    urls.push(request.url);
    response.end(list);
  };
  expect(await listAll(stranger)).toEqual({ resourceVersion: '1', items: [] });
  expect(urls).toEqual([`/k8s/c-1${podsPath('micro')}`]);
});

test('an answer that breaks off says why', async () => {
  answer = (request, response) => {
    response.write('k8s', () => request.socket.resetAndDestroy());
  };
  await expect(listAll(stranger)).rejects.toMatchObject({
    reason: 'Unreachable',
    detail: 'read ECONNRESET',
  });
});

test.each([
  [502, '<html>bad gateway', 'Unknown', '502 expected a Status object, got "<html>bad gateway"'],
  [200, '<html>log in', 'Malformed', 'expected a list in protobuf, got "<html>log in"'],
  [200, '{"items":[]}', 'Malformed', 'expected a list in protobuf, got'],
  [200, 'k8s\0', 'Malformed', 'the list is cut off'],
  [200, 'k8s\0\x12\x00', 'Malformed', 'expected metadata.resourceVersion'],
  [200, 'k8s\0\x12\x02\x12\x00', 'Malformed', 'expected a pod with a name, a uid'],
  [200, 'k8s\0\x10', 'Malformed', 'the list is cut off'],
  [200, 'k8s\0\x10\x01', 'Malformed', 'expected a field of bytes, got wire type 0'],
  [200, `k8s\0\x12${'\xff'.repeat(9)}\x01`, 'Malformed', ''],
  [
    200,
    'k8s\0\x12\xff\xff\xff\x07\x12\xff\xff\xff\x01',
    'TooLarge',
    'pods of at most 2097152 bytes',
  ],
  [302, '', 'Unknown', '302'],
  [500, 'x'.repeat(70_000), 'Unknown', 'xxx'],
])('an answer that makes no sense is quoted: %i %j', async (status, body, reason, message) => {
  answer = (_, response) => response.writeHead(status).end(body, 'latin1');
  await expect(listAll(stranger)).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(message),
  });
});

test.each([
  ['7', 7_000],
  ['Wed, 25 Nov 2026 12:00:09 GMT', 9_000],
  ['Wed, 25 Nov 2026 11:00:00 GMT', undefined],
  ['-1', undefined],
  ['soon', undefined],
])('Retry-After: %s is %j ms', async (retryAfter, retryAfterMs) => {
  vi.setSystemTime(new Date('2026-11-25T12:00:00Z'));
  answer = (_, response) => response.writeHead(429, { 'retry-after': retryAfter }).end();
  await expect(listAll(stranger)).rejects.toMatchObject({ status: 429, retryAfterMs });
});

describe('a connection that is closed just as it is used again', () => {
  let requests = 0;
  beforeEach(async () => {
    requests = 0;
    answer = (request, response) => {
      if (++requests === 2) request.socket.resetAndDestroy();
      else response.end(list);
    };
    await listAll(stranger);
  });

  test('is replaced', async () => {
    await listAll(stranger);
    expect(requests).toBe(3);
  });

  test('fails a request that may have created something', async () => {
    answer = (request) => {
      requests++;
      request.socket.resetAndDestroy();
    };
    await expect(stranger.request('POST', '/api')).rejects.toMatchObject({ reason: 'Unreachable' });
    expect(requests).toBe(2);
  });
});

test('a refusal that breaks off keeps its status and its Retry-After', async () => {
  answer = (_, response) => {
    response.writeHead(503, { 'retry-after': '7', 'content-length': '9' }).write('over');
    setImmediate(() => response.destroy());
  };
  await expect(listAll(stranger)).rejects.toMatchObject({ status: 503, retryAfterMs: 7_000 });
});
