import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { type Client, createChannels, createClientFactory, createServer } from '@micro/rpc';
import { afterEach, expect, test } from 'vitest';
import { say } from './say.ts';

let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

/** The greeter on a free port, called as others call it. */
async function greeter(): Promise<Client<typeof Say>> {
  const registry = createMemoryRegistry();
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name: 'test' });
  const service = 'go.micro.srv.greeter';
  const server = createServer({ name: service, handlers: [[Say, say]], client });
  const address = await server.listen('127.0.0.1:0');
  open.defer(() => server.close(100));
  open.defer(() => channels.close());
  const { endpoints } = server;
  await registry.register({ id: '1', service, version: '1', address, metadata: {}, endpoints });
  return client(Say, service);
}

test('greets, counts and chats', async () => {
  const client = await greeter();
  expect((await client.hello({ name: 'John' })).msg).toBe('Hello John');
  expect(await Array.fromAsync(client.count({ to: 3 }), ({ n }) => n)).toEqual([1, 2, 3]);
  const names = (async function* () {
    yield { name: 'Ann' };
    yield { name: 'Bob' };
  })();
  expect(await Array.fromAsync(client.chat(names), ({ msg }) => msg)).toEqual([
    'Hello Ann',
    'Hello Bob',
  ]);
});

test('refuses to count for ever', async () => {
  const client = await greeter();
  await expect(Array.fromAsync(client.count({ to: 10_001 }))).rejects.toMatchObject({ code: 400 });
});
