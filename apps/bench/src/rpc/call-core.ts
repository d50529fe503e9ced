import { Say } from '@micro/contracts';
import { createChannels, createClientFactory } from '@micro/rpc';
import { callerOf } from './caller-of.ts';
import { greeterName, registryOf } from './nodes.ts';
import { runCaller } from './run-caller.ts';

// Without a deadline, for the peers' calls have none.
runCaller(async (addresses) => {
  const channels = createChannels(await registryOf(addresses));
  const client = createClientFactory({ channels, name: 'bench', timeoutMs: Infinity });
  return callerOf(client(Say, greeterName));
});
