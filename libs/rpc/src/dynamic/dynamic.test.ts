import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { afterEach, expect, test } from 'vitest';
import { createChannels, createClientFactory, createServer, type RpcError } from '../index.ts';
import { createDynamic, type Dynamic } from './index.ts';

const service = 'go.micro.srv.greeter';
const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function greeter(): Promise<Dynamic> {
  const registry = createMemoryRegistry();
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name: 'test' });
  const server = createServer({
    name: service,
    client,
    handlers: [
      [
        Say,
        {
          hello: ({ name }) => ({ msg: name === '' ? '' : `Hello ${name}` }),
          async *count({ to }) {
            for (let n = 1; n <= to; n++) yield { n };
          },
          async *chat(requests) {
            for await (const { name } of requests) yield { msg: name };
          },
        },
      ],
    ],
  });
  const address = await server.listen('127.0.0.1:0');
  await registry.register({
    id: 'g-1',
    service,
    version: '1',
    address,
    metadata: {},
    endpoints: [],
  });
  const dynamic = createDynamic({ registry, channels, client, name: 'test' });
  open.push(
    () => server.close(100),
    () => channels.close(),
    () => dynamic.close(),
  );
  return dynamic;
}

async function* list<T>(...values: T[]): AsyncGenerator<T> {
  yield* values;
}

test('learns a schema by reflection and calls it with JSON', async () => {
  const dynamic = await greeter();
  const { methods } = await dynamic.describe(service);
  expect(methods.map(({ endpoint, kind }) => `${endpoint} ${kind}`)).toEqual([
    'Say.Hello unary',
    'Say.Count server_streaming',
    'Say.Chat bidi_streaming',
  ]);
  const hello = { service, endpoint: 'Say.Hello' };
  expect(await dynamic.call(hello, { name: 'John' })).toEqual({ msg: 'Hello John' });
  expect(await dynamic.call(hello, {})).toEqual({ msg: '' });
});

test('streams JSON in and out', async () => {
  const dynamic = await greeter();
  const counted = dynamic.stream({ service, endpoint: 'Say.Count' }, list({ to: 3 }));
  expect(await Array.fromAsync(counted)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  const chatted = dynamic.stream(
    { service, endpoint: 'Say.Chat' },
    list({ name: 'a' }, { name: 'b' }),
  );
  expect(await Array.fromAsync(chatted)).toEqual([{ msg: 'a' }, { msg: 'b' }]);
  const single = dynamic.stream({ service, endpoint: 'Say.Hello' }, list({ name: 'a' }));
  expect(await Array.fromAsync(single)).toEqual([{ msg: 'Hello a' }]);
});

test.each([
  [
    { service: 'nobody', endpoint: 'Say.Hello' },
    {},
    404,
    'no service nobody in registry memory; it knows go.micro.srv.greeter',
  ],
  [
    { service, endpoint: 'Say.Bye' },
    {},
    404,
    'no endpoint Say.Bye in go.micro.srv.greeter; it has Say.Hello, Say.Count, Say.Chat',
  ],
  [{ service, endpoint: 'Say.Hello' }, { nam: 1 }, 400, 'nam'],
  [{ service, endpoint: 'Say.Hello' }, { name: 1 }, 400, 'name'],
  [{ service, endpoint: 'Say.Count' }, { to: 1 }, 400, 'is a stream'],
])('says what is wrong with %j %j', async (call, request, code, detail) => {
  const dynamic = await greeter();
  const error = await dynamic.call(call, request).catch((thrown: RpcError) => thrown);
  expect(error).toMatchObject({ code, detail: expect.stringContaining(detail) });
});

test('knows the options a service set on its methods', async () => {
  const dynamic = await greeter();
  const { types } = await dynamic.describe(service);
  const learned = types.getFile('go/micro/srv/greeter/greeter.proto')?.proto;
  expect(JSON.stringify(learned)).toContain('"no":50001');
});
