import { expect, test } from 'vitest';
import { frameMessage, readMessages } from './frames.ts';
import { ServerCompatResponseSchema } from './gen/connectrpc/conformance/v1/server_compat_pb.ts';

const schema = ServerCompatResponseSchema;
const frames = Buffer.concat([
  frameMessage(schema, { host: '127.0.0.1', port: 80 }),
  frameMessage(schema, {}),
  frameMessage(schema, { host: 'localhost' }),
]);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 3, 7, 1_000])('reads messages from pieces of %i bytes', async (size) => {
  const read = await Array.fromAsync(readMessages(schema, inPieces(frames, size)));
  expect(read.map(({ host }) => host)).toEqual(['127.0.0.1', '', 'localhost']);
});

test('a pipe that ends within a message is an error', async () => {
  const cut = inPieces(frames.subarray(0, -1), 1_000);
  const read = Array.fromAsync(readMessages(schema, cut));
  await expect(read).rejects.toThrow('expected a whole message');
});
