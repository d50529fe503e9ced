import type { V1Pod } from '@kubernetes/client-node';
import { run } from './command.ts';

/** The network namespace of a pod, where its node is this machine. */
export interface PodNetwork {
  /** Loses every packet between the pod and an address, until it is disposed of. */
  cutOff(address: string): Promise<AsyncDisposable>;
}

/** Finds the network of a pod by its address, or says why it can't be had. */
export async function findPodNetwork({ status }: V1Pod): Promise<PodNetwork | string> {
  const { podIP = '' } = status ?? {};
  try {
    const list = await run('ip', ['netns', 'list']);
    for (const line of list.split('\n').filter(Boolean)) {
      const [name = ''] = line.split(' ');
      const inside = ['netns', 'exec', name];
      const addresses = await run('ip', [...inside, 'ip', '-brief', 'address']);
      if (!addresses.includes(` ${podIP}/`)) continue;
      await run('ip', [...inside, 'iptables', '--version']);
      return networkOf((args) => run('ip', [...inside, 'iptables', ...args]));
    }
    return `expected a network namespace with the pod's address ${podIP} on this machine, found none`;
  } catch (error) {
    return `the network of a pod is not to be had here: ${(error as Error).message}`;
  }
}

function networkOf(iptables: (args: readonly string[]) => Promise<string>): PodNetwork {
  return {
    async cutOff(address) {
      const out = ['OUTPUT', '--destination', address, '--jump', 'DROP'];
      const back = ['INPUT', '--source', address, '--jump', 'DROP'];
      for (const rule of [out, back]) await iptables(['--insert', ...rule]);
      return {
        async [Symbol.asyncDispose]() {
          for (const rule of [out, back]) await iptables(['--delete', ...rule]);
        },
      };
    },
  };
}
