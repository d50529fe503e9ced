import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { Code } from '../code.ts';
import type { CallEnd } from '../transport.ts';
import { grpcJs } from './index.ts';

test('a response compressed in a way nobody knows is INTERNAL, and says so', async () => {
  const server = createServer();
  server.on('stream', (stream) => {
    stream.respond({ 'content-type': 'application/grpc', 'grpc-encoding': 'foo' });
    stream.end(Buffer.from([1, 0, 0, 0, 1, 7]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = grpcJs.connect({
    address: `127.0.0.1:${port}`,
    authority: 'test',
    maxMessageBytes: 1_000,
    onState() {},
  });
  const { promise, resolve } = Promise.withResolvers<CallEnd>();
  const head = { metadata: {}, deadline: Infinity };
  const call = connection.call('/a/b', head, { message() {}, end: resolve });
  call.read();
  call.finish();
  expect(await promise).toMatchObject({
    code: Code.INTERNAL,
    detail: 'expected a response that can be decompressed',
  });
  connection.close();
  server.close();
});
