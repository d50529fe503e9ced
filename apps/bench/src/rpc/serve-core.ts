import { Say } from '@micro/contracts';
import { createChannels, createClientFactory, createServer } from '@micro/rpc';
import { say } from '../../../greeter/src/say.ts';
import { greeterName, registryOf, startNodes } from './nodes.ts';
import { runServer } from './run-server.ts';

runServer(async () => {
  const channels = createChannels(await registryOf([]));
  const client = createClientFactory({ channels, name: greeterName });
  return await startNodes(async () => {
    const server = createServer({ name: greeterName, client, handlers: [[Say, say]] });
    const address = await server.listen('127.0.0.1:0');
    server.setServing(true);
    return address;
  });
});
