import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  constants as http2,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Say } from '@micro/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RpcError } from '../errors.ts';
import { createTestNetwork, type TestNetwork } from '../test-network.ts';
import { Code } from '../transport/code.ts';
import { retryDelayMs, retryReason } from './retry.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

/** A node that does with a call what it likes. */
async function rawNode(onStream: (stream: ServerHttp2Stream) => void): Promise<() => number> {
  let calls = 0;
  const server = createHttp2Server().on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (String(headers[':path']).startsWith('/grpc.health')) return stream.close();
    calls++;
    onStream(stream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  network.defer(() => server.close());
  await network.register(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => calls;
}

const breaking = ({ session }: ServerHttp2Stream): void => session?.destroy();
const refusing = (stream: ServerHttp2Stream): void => stream.close(http2.NGHTTP2_REFUSED_STREAM);

/** Calls until that many went to a node. */
async function callUntil(calls: () => number, count: number, call: () => Promise<unknown>) {
  while (calls() < count) await call();
}

test('C8: a call that may have been carried out is made again only if its proto allows that', async () => {
  const broken = await rawNode(breaking);
  await network.serve();
  const client = network.client();
  await callUntil(broken, 3, () => client.hello({ name: 'John' }));
  // A chat does not say that it may be repeated.
  const chat = async () => Array.fromAsync(client.chat((async function* () {})()));
  await expect(callUntil(broken, 6, chat)).rejects.toMatchObject({ code: 503 });
});

test('C8: no handler runs twice for one call of a method that may not be repeated', async () => {
  let runs = 0;
  async function* chat() {
    runs++;
    yield { msg: 'one' };
    throw new RpcError(503, 'no more');
  }
  for (let nodes = 0; nodes < 3; nodes++) await network.serve({ chat });
  const said = Array.fromAsync(network.client({ retries: 5 }).chat((async function* () {})()));
  await expect(said).rejects.toMatchObject({ code: 503, detail: 'no more' });
  expect(runs).toBe(1);
});

test('a call that a node refused is made on another, though its method may not be repeated', async () => {
  const refused = await rawNode(refusing);
  await network.serve();
  const client = network.client();
  const names = async function* () {
    yield { name: 'Ann' };
    yield { name: 'Bob' };
  };
  await callUntil(refused, 3, async () => {
    const said = await Array.fromAsync(client.chat(names()), ({ msg }) => msg);
    expect(said).toEqual(['Hi Ann', 'Hi Bob']);
  });
});

test('what a service says is not asked for again, but that it is not available', async () => {
  let runs = 0;
  const hello = (code: number) => () => {
    runs++;
    throw new RpcError(code, 'no');
  };
  await network.serve({ hello: hello(409) });
  await expect(network.client().hello({})).rejects.toMatchObject({ code: 409 });
  expect(runs).toBe(1);
});

test('--client_retries: so often a call is made again at most', async () => {
  let runs = 0;
  const hello = () => {
    runs++;
    throw new RpcError(503, 'away');
  };
  for (let nodes = 0; nodes < 3; nodes++) await network.serve({ hello });
  for (const retries of [0, 1, 2]) {
    runs = 0;
    await expect(network.client({ retries }).hello({})).rejects.toMatchObject({ code: 503 });
    expect(runs).toBe(1 + retries);
  }
});

test('C7: three layers above one that is down try twice, not eight times', async () => {
  let runs = 0;
  await network.serve({
    hello() {
      runs++;
      throw new RpcError(503, 'away');
    },
  });
  const through = (next: string) => ({
    hello: (request: { name: string }, { client }: { client: typeof factory }) =>
      client(Say, next).hello({ name: request.name }),
  });
  const factory = network.factory();
  await network.serve(through('go.micro.srv.greeter'), { service: 'c' });
  await network.serve(through('c'), { service: 'b' });
  await network.serve(through('b'), { service: 'a' });
  await expect(factory(Say, 'a').hello({})).rejects.toMatchObject({ code: 503 });
  expect(runs).toBe(2);
});

test('C7: where everything fails, retries are a fifth of the calls and some', async () => {
  let runs = 0;
  const hello = () => {
    runs++;
    throw new RpcError(503, 'away');
  };
  for (let nodes = 0; nodes < 2; nodes++) await network.serve({ hello });
  const client = network.client();
  const calls = 1_500;
  for (let call = 0; call < calls; call++) await client.hello({}).catch(() => {});
  expect(runs - calls).toBeGreaterThan(50);
  expect(runs - calls).toBeLessThanOrEqual(calls * 0.2 + 101);
});

const end = (code: Code, fate: 'unsent' | 'refused' | 'processed', metadata = {}) => ({
  code,
  detail: '',
  metadata,
  fate,
});
test.each([
  [end(Code.UNAVAILABLE, 'unsent'), false, 'unsent'],
  [end(Code.UNAVAILABLE, 'refused'), false, 'refused'],
  [end(Code.RESOURCE_EXHAUSTED, 'processed', { 'micro-refused': '1' }), false, 'shed'],
  [end(Code.UNAVAILABLE, 'processed'), true, 'processed'],
  [end(Code.UNAVAILABLE, 'processed'), false, undefined],
  [end(Code.RESOURCE_EXHAUSTED, 'processed'), true, undefined],
  [end(Code.INTERNAL, 'processed'), true, undefined],
  [end(Code.DEADLINE_EXCEEDED, 'unsent'), true, undefined],
  [end(Code.CANCELLED, 'unsent'), true, undefined],
])(
  'a call that ended as %j, repeatable: %j, is made again for: %s',
  (ended, repeatable, reason) => {
    expect(retryReason(ended, repeatable)).toBe(reason);
  },
);

test('pauses between rounds double up to a second, each with its own jitter', () => {
  expect([1, 2, 3, 10].map((round) => retryDelayMs(round, () => 1))).toEqual([50, 100, 200, 1_000]);
  expect(retryDelayMs(1, () => 0)).toBe(25);
});

test('C1: a call whose node dies after the response, before its end, is made again', async () => {
  const broken = await rawNode((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    // A message of no bytes, which is a response; what is missing is the status.
    stream.write(Buffer.alloc(5), () => stream.session?.destroy());
  });
  await network.serve();
  const client = network.client();
  await callUntil(broken, 2, async () => {
    expect((await client.hello({ name: 'John' })).msg).toBe('Hello John');
  });
});
