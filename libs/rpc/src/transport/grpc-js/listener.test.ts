import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type ChannelOptions, Client, credentials, Metadata } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { Code } from '../code.ts';
import type { IncomingHandler, Listener, MethodKind } from '../transport.ts';
import { createListener } from './listener.ts';

const limits = {
  maxRequestBytes: 100_000,
  maxResponseBytes: 100_000,
  maxStreams: 100,
  maxHeaderBytes: 4_096,
};
const mebibyte = 1024 * 1024;

/** A listener that answers `/a/b`, and who calls it. */
async function serve(
  kind: MethodKind,
  handler: IncomingHandler,
  options: ChannelOptions = {},
): Promise<{ listener: Listener; client: Client; port: number }> {
  const listener = createListener({ limits });
  listener.answer('/a/b', kind, handler);
  const port = await listener.listen('127.0.0.1:0');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  });
  onTestFinished(async () => {
    client.close();
    await listener.close(0);
  });
  return { listener, client, port };
}

interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly bytes: number;
}

async function call(client: Client, request: Buffer, metadata = new Metadata()): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let bytes = 0;
  client
    .makeServerStreamRequest('/a/b', asItIs, asItIs, request, metadata)
    .on('data', (message: Buffer) => {
      bytes += message.length;
    })
    .on('error', () => {})
    .on('status', ({ code, details }) => resolve({ code, details, bytes }));
  return promise;
}

const asItIs = (bytes: Buffer): Buffer => bytes;
const small = Buffer.from('hello');
const echo: IncomingHandler = (call) => {
  void call.send(call.request);
  call.end(Code.OK, '', {});
};

test.each([
  ['as it is', 5 * mebibyte, {}],
  ['as a bomb of 1 to 1 000', 100 * mebibyte, { 'grpc.default_compression_algorithm': 2 }],
])(
  'C15: too large a request, sent %s, is RESOURCE_EXHAUSTED, and the connection lives',
  async (_, size, options) => {
    const { client } = await serve('unary', echo, options);
    const before = process.memoryUsage().rss;
    const large = Buffer.alloc(size);
    const outcomes = await Promise.all([call(client, large), call(client, small)]);
    expect(outcomes).toMatchObject([
      { code: Code.RESOURCE_EXHAUSTED },
      { code: Code.OK, bytes: 5 },
    ]);
    expect(await call(client, small)).toMatchObject({ code: Code.OK });
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * size + 50 * mebibyte);
  },
);

test('too much metadata is RESOURCE_EXHAUSTED, and says how much may be', async () => {
  const { client } = await serve('unary', echo);
  const metadata = new Metadata();
  metadata.set('a', 'x'.repeat(4_096));
  expect(await call(client, small, metadata)).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    details: 'expected at most 4096 bytes of metadata',
  });
  expect(await call(client, small)).toMatchObject({ code: Code.OK });
});

test.each([
  [0, 'expected a request, got none'],
  [2, 'expected one request, got more'],
])('a method that takes one request is not called with %i', async (count, details) => {
  let calls = 0;
  const { client } = await serve('unary', () => calls++);
  const outgoing = client.makeBidiStreamRequest('/a/b', asItIs, asItIs).on('error', () => {});
  for (let n = 0; n < count; n++) outgoing.write(small);
  outgoing.end();
  const status = new Promise((resolve) => outgoing.resume().on('status', resolve));
  expect(await status).toMatchObject({ code: Code.UNIMPLEMENTED, details });
  expect(calls).toBe(0);
});

test('half a letter in the words of an error harms nobody', async () => {
  const { client } = await serve('unary', (call) => call.end(Code.ABORTED, 'a\ud800%\nü', {}));
  const outcome = await call(client, small);
  expect(outcome).toMatchObject({ code: Code.ABORTED, details: 'a\ufffd%\nü' });
});

test('C16: who sends waits for a reader that is slow, and others do not', async () => {
  let sent = 0;
  const { client } = await serve('bidi_streaming', async (call) => {
    if (call.metadata['flood'] === undefined) return call.end(Code.OK, '', {});
    for (; !call.cancelled; sent++) await call.send(Buffer.alloc(10_000));
  });
  const metadata = new Metadata();
  metadata.set('flood', '1');
  const flood = client.makeBidiStreamRequest('/a/b', asItIs, asItIs, metadata);
  flood.on('error', () => {});
  await once(flood, 'readable');
  for (let n = 0; n < 50; n++) expect(await call(client, small)).toMatchObject({ code: Code.OK });
  expect(sent * 10_000).toBeLessThan(mebibyte);
  for (let read = 0; read < 3 * mebibyte; await turn()) read += flood.read()?.length ?? 0;
  expect(sent * 10_000).toBeGreaterThan(2 * mebibyte);
  flood.cancel();
});

test('many large answers on one connection do not count as an attack', async () => {
  const large = Buffer.alloc(limits.maxResponseBytes);
  const { client } = await serve('server_streaming', async (call) => {
    for (let n = 0; n < 10; n++) await call.send(large);
    call.end(Code.OK, '', {});
  });
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => call(client, small)));
  expect(outcomes).toEqual(outcomes.map(() => ({ code: Code.OK, details: '', bytes: 1_000_000 })));
});

test('a call left when the time is up ends UNAVAILABLE, is told, and is counted', async () => {
  const begun = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const { client, listener } = await serve('unary', (call) => {
    call.onCancelled(cancelled.resolve);
    begun.resolve();
  });
  const outcome = call(client, small);
  await begun.promise;
  expect(await listener.close(50)).toBe(1);
  await cancelled.promise;
  expect(await outcome).toMatchObject({
    code: Code.UNAVAILABLE,
    details: 'the server is closing',
  });
});

test('calls in flight are waited for, and no one else is', async () => {
  const begun = Promise.withResolvers<() => void>();
  const { client, listener, port } = await serve('unary', (call) => {
    begun.resolve(() => echo(call));
  });
  const silent = connect(port, '127.0.0.1');
  const outcome = call(client, small);
  const [finish] = await Promise.all([begun.promise, once(silent, 'connect')]);
  const hourMs = 3_600_000;
  const closed = listener.close(hourMs);
  finish();
  expect(await outcome).toMatchObject({ code: Code.OK, bytes: 5 });
  expect(await closed).toBe(0);
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
});

test('C24: a port that is taken is named, with what to do', async () => {
  const { port } = await serve('unary', echo);
  await expect(createListener({ limits }).listen(`127.0.0.1:${port}`)).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken; stop what listens there or choose another`,
  );
});

test.each(['9090', ':9090', '127.0.0.1:x', '127.0.0.1:65536'])(
  '%j is no address',
  async (address) => {
    await expect(createListener({ limits }).listen(address)).rejects.toThrow('expected an address');
  },
);
