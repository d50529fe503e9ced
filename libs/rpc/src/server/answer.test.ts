import { once } from 'node:events';
import { connect } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Say } from '@micro/contracts';
import { expect, test } from 'vitest';
import { RpcError } from '../errors.ts';
import { Code } from '../transport/code.ts';
import type { CallContext } from './handlers.ts';
import { startTestServer } from './test-server.ts';

const { hello, count } = Say.method;
const john = toBinary(hello.input, create(hello.input, { name: 'John' }));
const toTen = toBinary(count.input, create(count.input, { to: 10 }));

test.each<[what: string, hello: (request: unknown, context: CallContext) => unknown, why: string]>([
  [
    'throws',
    () => {
      throw new Error('secret');
    },
    'secret',
  ],
  ['rejects', () => Promise.reject(new Error('secret')), 'secret'],
  [
    'throws what is no error',
    () => {
      throw 'secret';
    },
    'secret',
  ],
  ['throws nothing', () => Promise.reject(), 'undefined'],
  [
    'answers undefined',
    () => undefined,
    'to answer a go.micro.srv.greeter.Response, got undefined',
  ],
  ['answers null', () => null, 'got null'],
  ['answers words', async () => 'Hello', 'got string'],
  ['answers a list', () => [{ msg: 'Hello' }], 'got an array'],
  ['answers another message', () => create(hello.input), 'got a go.micro.srv.greeter.Request'],
  [
    'answers what can not be written',
    () => ({
      get msg() {
        throw new Error('secret');
      },
    }),
    'secret',
  ],
  [
    'sends a header that is none',
    (_, { responseHeader }) => {
      responseHeader['connection'] = 'close';
      return {};
    },
    'wrong response metadata: expected no metadata connection',
  ],
  [
    'sends a trailer that is none',
    (_, { responseTrailer }) => {
      responseTrailer['a'] = 'ü';
      return {};
    },
    'wrong response metadata',
  ],
])(
  'C21: a handler that %s is answered INTERNAL with an id, the rest is for the log',
  async (_, hello, why) => {
    await using server = await startTestServer({ hello: hello as never });
    const error = await server.call('Say.Hello', john).catch((thrown: RpcError) => thrown);
    const [answered] = server.answered;
    expect(error).toMatchObject({ code: 500, grpcCode: Code.INTERNAL });
    expect((error as RpcError).detail).toBe(`internal error (id ${answered?.id})`);
    expect(answered?.id).toMatch(/^[0-9a-f]{8}$/);
    expect(String(answered?.error?.cause)).toContain(why);
    await expect(server.call('Say.Count', toTen)).resolves.toBeDefined();
  },
);

test.each<[what: string, count: unknown, why: string]>([
  ['answers no stream', async () => ({ n: 1 }), 'to answer an async iterable, got object'],
  ['answers undefined', () => undefined, 'to answer an async iterable, got undefined'],
  [
    'streams undefined',
    async function* () {
      yield undefined;
    },
    'got undefined',
  ],
  [
    'breaks off',
    async function* () {
      yield { n: 1 };
      throw new Error('secret');
    },
    'secret',
  ],
])('C21: a stream whose handler %s is answered INTERNAL with an id', async (_, count, why) => {
  await using server = await startTestServer({ count: count as never });
  await expect(server.call('Say.Count', toTen)).rejects.toMatchObject({ grpcCode: Code.INTERNAL });
  expect(String(server.answered[0]?.error?.cause)).toContain(why);
  expect(server.answered).toHaveLength(1);
});

test('C21: a handler that never answers is cut at the deadline, and heard no more', async () => {
  const late = Promise.withResolvers<{ msg: string }>();
  await using server = await startTestServer({ hello: () => late.promise });
  const answered = server.nextAnswered();
  await expect(server.call('Say.Hello', john, { timeoutMs: 100 })).rejects.toMatchObject({
    code: 504,
  });
  expect(await answered).toMatchObject({ endpoint: 'Say.Hello', code: 504 });
  late.resolve({ msg: 'too late' });
  await expect(server.call('Say.Count', toTen)).resolves.toBeDefined();
  expect(server.answered).toHaveLength(2);
});

test('C10: a call whose deadline is over before it begins is not begun', async () => {
  let begun = 0;
  await using server = await startTestServer({ hello: () => ({ msg: `${begun++}` }) });
  const session = connect(`http://${server.address}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/go.micro.srv.greeter.Say/Hello',
    'content-type': 'application/grpc',
    'grpc-timeout': '1n',
  });
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, john.length]), john]));
  const [header] = await once(stream, 'response');
  session.destroy();
  expect(header).toMatchObject({ 'grpc-status': `${Code.DEADLINE_EXCEEDED}` });
  expect(begun).toBe(0);
});

test('C12: the signal aborts within 50 ms of a cancel, with 499 as its reason', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const aborted = Promise.withResolvers<number>();
  async function* count(_: unknown, { signal }: CallContext) {
    signal.addEventListener('abort', () => aborted.resolve(performance.now()));
    started.resolve(signal);
    yield { n: 1 };
    await aborted.promise;
  }
  await using server = await startTestServer({ count });
  const call = server.caller
    .makeServerStreamRequest('/go.micro.srv.greeter.Say/Count', Buffer.from, (b) => b, toTen)
    .on('error', () => {});
  const signal = await started.promise;
  const before = performance.now();
  call.cancel();
  expect((await aborted.promise) - before).toBeLessThan(50);
  expect(signal.reason).toMatchObject({ name: 'RpcError', code: 499 });
});

test('a signal asked for after the deadline is aborted already, with 504 as its reason', async () => {
  const seen = Promise.withResolvers<AbortSignal>();
  await using server = await startTestServer({
    async hello(_, context) {
      while (!context.deadline || Date.now() < context.deadline + 50) await wait(10);
      seen.resolve(context.signal);
      return {};
    },
  });
  await server.call('Say.Hello', john, { timeoutMs: 100 }).catch(() => {});
  const { aborted, reason } = await seen.promise;
  expect(aborted).toBe(true);
  expect(reason).toMatchObject({ code: 504 });
});

test.each([
  ['what is no message', new Uint8Array([0xff, 0xff])],
  ['B46: what is nested 20 000 deep', new Uint8Array(20_000).fill(0x0b)],
])('%s is INVALID_ARGUMENT', async (_, bytes) => {
  await using server = await startTestServer();
  await expect(server.call('Say.Hello', bytes)).rejects.toMatchObject({
    grpcCode: Code.INVALID_ARGUMENT,
    detail: expect.stringContaining('expected a message go.micro.srv.greeter.Request'),
  });
});

test('header and trailer of a handler arrive, with an answer and with an error', async () => {
  const speak = ({ responseHeader, responseTrailer }: CallContext): void => {
    responseHeader['x-header'] = 'a, b';
    responseTrailer['x-trailer-bin'] = 'AAE=';
  };
  await using server = await startTestServer({
    hello(_, context) {
      speak(context);
      return {};
    },
    // biome-ignore lint/correctness/useYield: it fails before
    async *count(_, context) {
      speak(context);
      throw RpcError.grpc(Code.ABORTED, 'again', { metadata: { 'x-more': '1' } });
    },
  });
  const { header, trailer } = await server.call('Say.Hello', john);
  expect(header['x-header']).toBe('a, b');
  expect(trailer['x-trailer-bin']).toBe('AAE=');
  await expect(server.call('Say.Count')).rejects.toMatchObject({
    grpcCode: Code.ABORTED,
    detail: 'again',
    native: true,
    metadata: { 'x-trailer-bin': 'AAE=', 'x-more': '1' },
  });
});

test('a handler knows who calls and from where', async () => {
  let seen: Pick<CallContext, 'caller' | 'peer' | 'identities'> | undefined;
  await using server = await startTestServer({
    hello(_, { caller, peer, identities }) {
      seen = { caller, peer, identities };
      return {};
    },
  });
  await server.call('Say.Hello', john);
  expect(seen).toMatchObject({ caller: undefined, identities: [] });
  expect(seen?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
});

test("a service answers by its registered name too, as go-micro's clients call it", async () => {
  await using server = await startTestServer({}, { name: 'shop' });
  for (const path of ['/shop.Say/Hello', '/go.micro.srv.greeter.Say/Hello']) {
    const { messages } = await server.call(path, john);
    expect(fromBinary(hello.output, messages[0]!).msg).toBe('Hello John');
  }
});

test('C15: too large a response is RESOURCE_EXHAUSTED, and the connection lives', async () => {
  const limits = { maxResponseBytes: 1_000 };
  await using server = await startTestServer(
    { hello: () => ({ msg: 'x'.repeat(1_001) }) },
    { limits },
  );
  const small = server.call('Say.Count', toTen);
  await expect(server.call('Say.Hello', john)).rejects.toMatchObject({
    code: 413,
    grpcCode: Code.RESOURCE_EXHAUSTED,
    detail: 'expected a response of at most 1000 bytes, got 1004',
  });
  expect((await small).messages).toHaveLength(10);
});
