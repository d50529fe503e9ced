import { Say } from '@micro/contracts';
import { createMemoryRegistry, createNodeTable, type Node } from '@micro/registry';
import { createChannels, createClientFactory, createServer } from '@micro/rpc';
import { start } from '@micro/service';
import { afterEach, expect, test } from 'vitest';
import { api } from './api.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** The api, and a greeter it finds through a registry both share. */
async function gateway(
  ...flags: string[]
): Promise<{ url: string; register(change: Partial<Node>): Promise<void> }> {
  const table = createNodeTable();
  const registry = createMemoryRegistry(table);
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name: 'test' });
  const name = 'go.micro.srv.greeter';
  const greeter = createServer({
    name,
    client,
    handlers: [
      [
        Say,
        {
          hello: ({ name }, { metadata }) => ({
            msg: name === 'metadata' ? JSON.stringify(metadata) : `Hello ${name}`,
          }),
          async *count() {},
          async *chat() {},
        },
      ],
    ],
  });
  const address = await greeter.listen('127.0.0.1:0');
  const node = {
    id: 'g-1',
    service: name,
    version: '1',
    address,
    metadata: {},
    endpoints: greeter.endpoints,
  };
  await registry.register(node);
  const running = await start(
    { ...api, registries: { shared: () => createMemoryRegistry(table) } },
    ['--registry=shared', '--address=127.0.0.1:0', '--log_level=error', ...flags],
    {},
  );
  open.push(
    () => greeter.close(100),
    () => channels.close(),
    () => running.stop(),
  );
  return {
    url: `http://${running.httpAddress}`,
    register: (change) => registry.register({ ...node, ...change }),
  };
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test.each<[string, string, RequestInit]>([
  ['a query', '/greeter/say/hello?name=John', {}],
  ['JSON', '/greeter/say/hello', { method: 'POST', headers: json, body: '{"name":"John"}' }],
  ['a form', '/greeter/say/hello', { method: 'POST', headers: form, body: 'name=John' }],
  [
    'a query under a body',
    '/greeter/say/hello?name=Ann',
    { method: 'PUT', headers: json, body: '{"name":"John"}' },
  ],
  [
    '/rpc as JSON',
    '/rpc',
    {
      method: 'POST',
      headers: json,
      body: '{"service":"go.micro.srv.greeter","endpoint":"Say.Hello","request":{"name":"John"}}',
    },
  ],
  [
    '/rpc with the older word',
    '/rpc',
    {
      method: 'POST',
      headers: json,
      body: '{"service":"go.micro.srv.greeter","method":"Say.Hello","request":"{\\"name\\":\\"John\\"}"}',
    },
  ],
  [
    '/rpc as a form',
    '/rpc',
    {
      method: 'POST',
      headers: form,
      body: 'service=go.micro.srv.greeter&endpoint=Say.Hello&request={"name":"John"}',
    },
  ],
])('calls a service from %s', async (_, path, init) => {
  const { url } = await gateway('--enable_rpc');
  const answer = await fetch(url + path, init);
  expect(await answer.json()).toEqual({ msg: 'Hello John' });
  expect(answer.headers.get('content-type')).toContain('application/json');
});

test.each<[number, string, string, RequestInit]>([
  [404, 'no service nobody in go.micro.api, go.micro.srv', '/nobody/say/hello', {}],
  [404, 'no endpoint Say.Bye in go.micro.srv.greeter', '/greeter/say/bye', {}],
  [
    400,
    'no field nam in go.micro.srv.greeter.Request; it has name',
    '/greeter/say/hello?nam=John',
    {},
  ],
  [400, 'is a stream', '/greeter/say/count?to=3', {}],
  [400, 'JSON', '/greeter/say/hello', { method: 'POST', headers: json, body: '{' }],
  [415, 'text/plain', '/greeter/say/hello', { method: 'POST', body: 'name=John' }],
  [
    400,
    'expected service to be a name, got undefined',
    '/rpc',
    { method: 'POST', headers: json, body: '{}' },
  ],
  [
    400,
    'expected no address',
    '/rpc',
    {
      method: 'POST',
      headers: json,
      body: '{"service":"a","endpoint":"b","address":"169.254.169.254:80"}',
    },
  ],
  [
    404,
    'no service a in registry memory',
    '/rpc',
    { method: 'POST', headers: json, body: '{"service":"a","endpoint":"B.C"}' },
  ],
  [400, 'expected header Timeout', '/greeter/say/hello', { headers: { timeout: 'soon' } }],
])('answers %i "%s" to %s', async (code, detail, path, init) => {
  const { url } = await gateway('--enable_rpc');
  const answer = await fetch(url + path, init);
  expect([answer.status, await answer.json()]).toEqual([
    code,
    {
      id: 'go.micro.api',
      code,
      detail: expect.stringContaining(detail),
      status: expect.any(String),
    },
  ]);
});

test('offers only public methods outside go.micro.api, and everything within', async () => {
  const { url, register } = await gateway();
  const endpoints = [{ name: 'Say.Hello', request: null, response: null, metadata: {} }];
  await register({ service: 'go.micro.srv.secret', endpoints });
  await register({ service: 'go.micro.api.open', endpoints });
  expect((await fetch(`${url}/secret/say/hello`)).status).toBe(403);
  expect(await (await fetch(`${url}/open/say/hello?name=you`)).json()).toEqual({
    msg: 'Hello you',
  });
});

test.each(['HEAD', 'OPTIONS'])('%s calls nothing', async (method) => {
  const { url } = await gateway();
  expect((await fetch(`${url}/greeter/say/hello`, { method })).status).toBe(404);
});

test('looks where it is told to', async () => {
  const { url } = await gateway('--namespace=go.micro.api');
  expect((await fetch(`${url}/greeter/say/hello`)).status).toBe(404);
});

test('does not serve /rpc unless it is told to', async () => {
  const { url } = await gateway();
  expect((await fetch(`${url}/rpc`, { method: 'POST', headers: json, body: '{}' })).status).toBe(
    404,
  );
});

test('passes on the headers that may pass, and no others', async () => {
  const { url } = await gateway();
  const headers = {
    traceparent: '00-1-2-03',
    'x-request-id': 'r1',
    'micro-from-service': 'evil',
    cookie: 'a=b',
  };
  const answer = (await (
    await fetch(`${url}/greeter/say/hello?name=metadata`, { headers })
  ).json()) as { msg: string };
  const metadata = JSON.parse(answer.msg);
  expect(metadata).toMatchObject({
    traceparent: '00-1-2-03',
    'x-request-id': 'r1',
    'micro-from-service': 'go.micro.api',
  });
  expect(metadata).not.toHaveProperty('cookie');
});
