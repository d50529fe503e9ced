import { once } from 'node:events';
import { connect } from 'node:net';
import { Say } from '@micro/contracts';
import { createMemoryRegistry, type Node, type Registry } from '@micro/registry';
import { afterEach, expect, test } from 'vitest';
import {
  type Answered,
  type CallContext,
  createChannels,
  createClientFactory,
  createServer,
  type Handlers,
  RpcError,
} from './index.ts';

const name = 'go.micro.srv.greeter';
const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const say: Handlers<typeof Say> = {
  hello: ({ name }) => ({ msg: `Hello ${name}` }),
  async *count({ to }, { signal }) {
    for (let n = 1; n <= to && !signal.aborted; n++) yield { n };
  },
  async *chat(requests) {
    for await (const { name } of requests) yield { msg: `Hi ${name}` };
  },
};

/** A greeter on any free port, known to the registry. */
async function greeter(
  registry: Registry,
  handlers: Partial<Handlers<typeof Say>> = {},
  id = 'greeter-1',
): Promise<{ node: Node; answered: Answered[]; close(): Promise<number> }> {
  const answered: Answered[] = [];
  const server = createServer({
    name,
    handlers: [[Say, { ...say, ...handlers }]],
    client: caller(registry),
    onAnswered: (call) => answered.push(call),
  });
  const address = await server.listen('127.0.0.1:0');
  server.setServing(true);
  const node = {
    id,
    service: name,
    version: '1',
    address,
    metadata: {},
    endpoints: server.endpoints,
  };
  await registry.register(node);
  const close = (): Promise<number> => server.close(100);
  open.push(close);
  return { node, answered, close };
}

function caller(registry: Registry, timeoutMs = 2_000) {
  const channels = createChannels(registry);
  open.push(() => channels.close());
  return createClientFactory({ channels, name: 'test', timeoutMs });
}

test('answers a call', async () => {
  const registry = createMemoryRegistry();
  const { answered } = await greeter(registry);
  const { msg } = await caller(registry)(Say, name).hello({ name: 'John' });
  expect(msg).toBe('Hello John');
  expect(answered).toMatchObject([{ endpoint: 'Say.Hello', code: 200 }]);
});

test('streams from the server, and both ways', async () => {
  const registry = createMemoryRegistry();
  await greeter(registry);
  const client = caller(registry)(Say, name);
  const counted = await Array.fromAsync(client.count({ to: 1_000 }), ({ n }) => n);
  expect(counted).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  const names = async function* () {
    yield { name: 'Ann' };
    yield { name: 'Bob' };
  };
  const said = await Array.fromAsync(client.chat(names()), ({ msg }) => msg);
  expect(said).toEqual(['Hi Ann', 'Hi Bob']);
});

test('shares calls between nodes, and follows the registry', async () => {
  const registry = createMemoryRegistry();
  const hits = new Map<string, number>();
  const counting = (id: string) => ({
    hello: () => {
      hits.set(id, (hits.get(id) ?? 0) + 1);
      return { msg: id };
    },
  });
  const ids = ['a', 'b', 'c'];
  const nodes = await Promise.all(ids.map((id) => greeter(registry, counting(id), id)));
  const client = caller(registry)(Say, name);
  // Until every connection stands, the first calls go to those that do.
  while (hits.size < 3) await client.hello({});
  hits.clear();
  for (let call = 0; call < 300; call++) await client.hello({});
  for (const id of ids) expect(hits.get(id)).toBeGreaterThan(30);
  await registry.deregister(nodes[0]!.node);
  while ((await client.hello({})).msg === 'a');
  hits.clear();
  for (let call = 0; call < 10; call++) await client.hello({});
  expect([...hits.keys()].sort()).toEqual(['b', 'c']);
});

test('fails at once and says which service has no node', async () => {
  const client = caller(createMemoryRegistry(), 60_000)(Say, name);
  await expect(client.hello({})).rejects.toMatchObject({
    code: 503,
    detail: expect.stringContaining('no node of go.micro.srv.greeter in registry memory'),
  });
});

test('finds a node that registers after the first call failed', async () => {
  const registry = createMemoryRegistry();
  const client = caller(registry)(Say, name);
  await expect(client.hello({})).rejects.toMatchObject({ code: 503 });
  await greeter(registry);
  let msg = '';
  while (msg === '')
    msg = await client.hello({ name: 'now' }).then(
      (r) => r.msg,
      () => '',
    );
  expect(msg).toBe('Hello now');
});

test('passes an error of the handler on as it is', async () => {
  const registry = createMemoryRegistry();
  const refuse = (): never => {
    throw new RpcError(409, 'there is "another" one ✓');
  };
  await greeter(registry, {
    hello: refuse,
    async *count() {
      yield { n: 1 };
      refuse();
    },
  });
  const client = caller(registry)(Say, name);
  const expected = { id: name, code: 409, detail: 'there is "another" one ✓', status: 'Conflict' };
  const error = await client.hello({}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RpcError);
  expect((error as RpcError).toJSON()).toEqual(expected);
  const streamed = await Array.fromAsync(client.count({})).catch((thrown: RpcError) =>
    thrown.toJSON(),
  );
  expect(streamed).toEqual(expected);
});

test('tells nobody why a handler broke, but the log', async () => {
  const registry = createMemoryRegistry();
  const broken = async (): Promise<never> => {
    throw new Error('password is 1234');
  };
  const { answered } = await greeter(registry, { hello: broken });
  const error = await caller(registry)(Say, name)
    .hello({})
    .catch((thrown: RpcError) => thrown);
  const id = answered[0]?.id;
  expect(id).toMatch(/^[0-9a-f]{8}$/);
  expect(JSON.stringify(error)).toBe(
    `{"id":"go.micro.srv.greeter","code":500,"detail":"internal error (id ${id})","status":"Internal Server Error"}`,
  );
  expect(answered[0]?.error?.cause).toMatchObject({ message: 'password is 1234' });
});

test('gives up at the deadline, here and at the service', async () => {
  const registry = createMemoryRegistry();
  const aborted = Promise.withResolvers<void>();
  const hello = (_: unknown, { signal }: CallContext) =>
    new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        aborted.resolve();
        reject(new RpcError(499, 'gone'));
      }),
    );
  await greeter(registry, { hello });
  await expect(caller(registry)(Say, name).hello({}, { timeoutMs: 100 })).rejects.toMatchObject({
    code: 504,
  });
  await aborted.promise;
});

test('requests that end before their time are no complete upload: the handler is told', async () => {
  const registry = createMemoryRegistry();
  const ended = Promise.withResolvers<unknown>();
  async function* chat(requests: AsyncIterable<{ name: string }>) {
    try {
      for await (const { name } of requests) yield { msg: name };
      ended.resolve('complete');
    } catch (error) {
      ended.resolve(error);
    }
  }
  await greeter(registry, { chat });
  const controller = new AbortController();
  const names = async function* () {
    yield { name: 'Ann' };
    await new Promise(() => {});
  };
  const said = caller(registry)(Say, name).chat(names(), { signal: controller.signal });
  for await (const { msg } of said) {
    expect(msg).toBe('Ann');
    controller.abort();
    break;
  }
  expect(await ended.promise).toMatchObject({ code: 499 });
});

test('cancels the call at the service when the caller leaves a stream or aborts', async () => {
  const registry = createMemoryRegistry();
  let gone = Promise.withResolvers<void>();
  async function* count(_: unknown, { signal }: CallContext) {
    signal.addEventListener('abort', () => gone.resolve());
    for (let n = 1; ; n++) yield { n };
  }
  await greeter(registry, { count });
  const client = caller(registry)(Say, name);
  for await (const { n } of client.count({})) if (n === 5) break;
  await gone.promise;

  gone = Promise.withResolvers();
  const controller = new AbortController();
  const reading = (async () => {
    for await (const { n } of client.count({}, { signal: controller.signal }))
      if (n === 5) controller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ code: 499 });
  await gone.promise;
});

test('gives calls made for a call its deadline, metadata and end', async () => {
  const registry = createMemoryRegistry();
  const seen: CallContext[] = [];
  const inner = 'go.micro.srv.inner';
  const innerServer = createServer({
    name: inner,
    handlers: [[Say, { ...say, hello: (_, context) => ({ msg: `${seen.push(context)}` }) }]],
    client: caller(registry),
  });
  open.push(() => innerServer.close(100));
  await registry.register({
    id: 'inner-1',
    service: inner,
    version: '1',
    address: await innerServer.listen('127.0.0.1:0'),
    metadata: {},
    endpoints: [],
  });
  await greeter(registry, {
    hello(_, context) {
      seen.push(context);
      return context.client(Say, inner).hello({});
    },
  });
  await caller(registry)(Say, name).hello(
    {},
    { timeoutMs: 1_500, metadata: { traceparent: '00-1-2-03' } },
  );
  const [outer, nested] = seen;
  expect(nested?.metadata).toMatchObject({ traceparent: '00-1-2-03' });
  expect(outer!.deadline! - nested!.deadline!).toBeLessThan(100);
});

test('what a handler sends along itself goes before what its caller sent', async () => {
  const registry = createMemoryRegistry();
  let seen: CallContext['metadata'] = {};
  const inner = 'go.micro.srv.inner';
  const { node } = await greeter(registry, {
    hello(_, context) {
      seen = context.metadata;
      return {};
    },
  });
  await registry.deregister(node);
  await registry.register({ ...node, service: inner });
  await greeter(registry, {
    hello: (_, { client }) => client(Say, inner).hello({}, { metadata: { authorization: 'mine' } }),
  });
  await caller(registry)(Say, name).hello({}, { metadata: { authorization: 'theirs' } });
  expect(seen).toMatchObject({ authorization: 'mine', 'micro-from-service': 'test' });
});

test('does not dial nodes that speak another protocol', async () => {
  const registry = createMemoryRegistry();
  const { node } = await greeter(registry);
  await registry.register({
    ...node,
    id: 'go',
    address: '127.0.0.1:1',
    metadata: { protocol: 'mucp' },
  });
  const client = caller(registry)(Say, name);
  for (let call = 0; call < 10; call++) await client.hello({});
  await registry.deregister(node);
  let error: RpcError | undefined;
  while (!error)
    await client.hello({}).catch((thrown: RpcError) => {
      error = thrown;
    });
  expect(error.detail).toContain(
    'no node of go.micro.srv.greeter answers gRPC: the one seen speaks mucp',
  );
});

test('lets calls in flight finish when it closes, and ends those that do not', async () => {
  const registry = createMemoryRegistry();
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<{ msg: string }>();
  const hello = () => {
    entered.resolve();
    return release.promise;
  };
  async function* count(_: unknown, { signal }: CallContext) {
    yield { n: 1 };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  const { close } = await greeter(registry, { hello, count });
  const client = caller(registry)(Say, name);
  const slow = client.hello({});
  const stream = client.count({})[Symbol.asyncIterator]();
  await stream.next();
  await entered.promise;
  const closed = close();
  release.resolve({ msg: 'in time' });
  expect((await slow).msg).toBe('in time');
  await expect(stream.next()).rejects.toBeInstanceOf(RpcError);
  await closed;
});

test('a handler that throws while it reads requests is heard', async () => {
  const registry = createMemoryRegistry();
  async function* chat(requests: AsyncIterable<unknown>) {
    for await (const _ of requests) {
      yield { msg: 'one' };
      throw new RpcError(412, 'enough');
    }
  }
  await greeter(registry, { chat });
  const endless = async function* () {
    for (;;) yield { name: 'a' };
  };
  const said = caller(registry)(Say, name).chat(endless());
  await expect(Array.fromAsync(said)).rejects.toMatchObject({ code: 412, detail: 'enough' });
});

test('requests that can not be had end the call, and say why', async () => {
  const registry = createMemoryRegistry();
  await greeter(registry);
  const failing = async function* () {
    yield { name: 'a' };
    throw new RpcError(400, 'no more names');
  };
  const said = caller(registry)(Say, name).chat(failing());
  await expect(Array.fromAsync(said)).rejects.toMatchObject({ code: 400, detail: 'no more names' });
});

test('a service may have any name', async () => {
  const registry = createMemoryRegistry();
  const { node } = await greeter(registry);
  const strange = 'a service/of <mine>.7';
  await registry.register({ ...node, service: strange });
  expect((await caller(registry)(Say, strange).hello({ name: 'John' })).msg).toBe('Hello John');
});

test.each([
  { connection: 'x' },
  { 'http2-settings': 'x' },
  { large: 'x'.repeat(20_000) },
  { 'grpc-timeout': '1S' },
  { ä: 'x' },
  { a: 'ü' },
])('metadata %.40j is refused before it is sent', async (metadata) => {
  const registry = createMemoryRegistry();
  await greeter(registry);
  const call = caller(registry)(Say, name).hello({}, { metadata });
  await expect(call).rejects.toMatchObject({ code: 400 });
});

test('closes in time though someone holds a connection and says nothing', async () => {
  const { node, close } = await greeter(createMemoryRegistry());
  const { port } = new URL(`http://${node.address}`);
  const silent = connect(Number(port), '127.0.0.1');
  open.push(() => silent.destroy());
  await once(silent, 'connect');
  await close();
});
