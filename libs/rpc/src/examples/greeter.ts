import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { createChannels, createClientFactory, createServer } from '../index.ts';

/**
 * A server for the tests: as a process of its own it can be stopped and killed, and with SIGUSR2 its event
 * loop stands still for a while. It says where it listens, and with `--call` what it answers to itself.
 */
const name = 'go.micro.srv.greeter';
const registry = createMemoryRegistry();
const channels = createChannels(registry);
const client = createClientFactory({ channels, name });
const server = createServer({
  name,
  client,
  handlers: [
    [
      Say,
      {
        hello: ({ name }) => ({ msg: `Hello ${name}` }),
        async *count({ to }) {
          for (let n = 1; n <= to; n++) yield { n };
        },
        async *chat(requests) {
          for await (const { name } of requests) yield { msg: `Hi ${name}` };
        },
      },
    ],
  ],
});
const address = await server.listen('127.0.0.1:0');
server.setServing(true);
process.stdout.write(`${address}\n`);

process.once('SIGTERM', async () => {
  await server.close(5_000);
  channels.close();
});

process.on('SIGUSR2', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
});

if (process.argv.includes('--call')) {
  const { endpoints } = server;
  await registry.register({
    id: '1',
    service: name,
    version: '1',
    address,
    metadata: {},
    endpoints,
  });
  const { msg } = await client(Say, name).hello({ name: 'myself' });
  process.stdout.write(`${msg}\n`);
}
