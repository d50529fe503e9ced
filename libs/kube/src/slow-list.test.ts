import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chooseEncoding, createManualClock } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';

const clock = createManualClock();
const server = createServer((_, response) => answering.resolve(response));
let answering: PromiseWithResolvers<ServerResponse>;
let client: KubeClient;
beforeEach(async () => {
  answering = Promise.withResolvers();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = createKubeClient(
    {
      source: 'kubeconfig',
      server: `http://127.0.0.1:${port}`,
      namespace: 'micro',
      credentials: async () => ({ headers: {} }),
    },
    { clock },
  );
});
afterEach(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

const items = Array.from({ length: 2_500 }, (_, n) => ({
  metadata: {
    name: `p-${n}`,
    uid: `u-${n}`,
    resourceVersion: '7',
    annotations: { a: 'x'.repeat(2_000) },
  },
}));
const metadata = { resourceVersion: '9' };
const list = chooseEncoding('application/vnd.kubernetes.protobuf').object({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata,
  items,
});

test('R15: a list of 5 MB that comes at 64 kB a second comes whole, a pod as soon as it is there', async () => {
  const seen: string[] = [];
  const listing = client.listPods('micro', {}, ({ metadata }) => seen.push(metadata.name));
  const response = await answering.promise;
  const chunk = 64 * 1024;
  for (let at = 0; at < list.length; at += chunk) {
    response.write(list.subarray(at, at + chunk));
    const whole = Math.floor(Math.min(at + chunk, list.length) / (list.length / items.length)) - 2;
    while (seen.length < whole) await new Promise(setImmediate);
    clock.advance(1_000);
  }
  response.end();
  expect(await listing).toEqual({ resourceVersion: '9', next: '' });
  expect(seen.length).toBe(items.length);
  expect(clock.waiting).toBe(0);
});

test('R15: a list that stops coming is given up after 30 s', async () => {
  let seen = 0;
  const listing = client.listPods('micro', {}, () => seen++);
  const response = await answering.promise;
  response.write(list.subarray(0, 100_000));
  while (seen < 40) await new Promise(setImmediate);
  clock.advance(30_000);
  await expect(listing).rejects.toMatchObject({ reason: 'Timeout' });
});
