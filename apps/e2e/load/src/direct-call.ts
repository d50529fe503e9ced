import { Say } from '@micro/contracts';
import { openKubernetesRegistry } from '@micro/registry';
import { createChannels, createClientFactory } from '@micro/rpc';
import { deadlineMs } from './call.ts';

/** Opens the registry as the pod's account, for greeting who is in it by a typed client. */
export async function directCall(): Promise<() => Promise<void>> {
  const channels = createChannels(await openKubernetesRegistry());
  const client = createClientFactory({ channels, name: 'load', timeoutMs: deadlineMs });
  const say = client(Say, 'go.micro.srv.greeter');
  return async () => {
    await say.hello({ name: 'load' });
  };
}
