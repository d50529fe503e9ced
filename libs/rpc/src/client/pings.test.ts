import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  constants as http2,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestNetwork, type TestNetwork } from '../test-network.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

test('C18: a node that is silent is asked for its health and sent no ping, for servers in Go allow one in five minutes', async () => {
  let pings = 0;
  const asked = Promise.withResolvers<void>();
  let questions = 0;
  const server = createHttp2Server()
    .on('session', (session: ServerHttp2Session) => session.on('ping', () => pings++))
    .on('stream', (stream, headers) => {
      stream.on('error', () => {});
      // It answers nothing, whatever it is asked.
      if (headers[':path'] === '/grpc.health.v1.Health/Check' && ++questions === 2) asked.resolve();
    });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  network.defer(() => server.close());
  await network.register(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  const call = network.client({ timeoutMs: 8_000 }).hello({});
  await asked.promise;
  expect(pings).toBe(0);
  // The other node is found when it comes, and the call moves there.
  await network.serve();
  expect((await call).msg).toBe('Hello ');
});

test('C18: a server that calls for calm ends no call that may be made again', async () => {
  let calls = 0;
  const server = createHttp2Server().on('stream', (stream) => {
    stream.on('error', () => {});
    calls++;
    stream.session?.goaway(http2.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
    stream.session?.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  network.defer(() => server.close());
  await network.register(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  await network.serve();
  const client = network.client();
  while (calls < 2) expect((await client.hello({ name: 'John' })).msg).toBe('Hello John');
});
