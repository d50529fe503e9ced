import { setTimeout } from 'node:timers/promises';
import { createTestNamespace } from '@micro/testing';
import type { KubeConfig } from '../credentials.ts';
import { forgetFirstVersion, onRealCluster } from '../real-cluster.ts';
import { apiContract } from './api-contract.ts';
import { createRawSend } from './sender.ts';
import { type ApiTrial, talk } from './trial.ts';

await onRealCluster('the API contract', ({ config, admin }) =>
  apiContract('the API server of KUBECONFIG', async () => {
    const namespace = await createTestNamespace(admin.request);
    const trial: ApiTrial = {
      namespace: namespace.name,
      serviceAccount: namespace.serviceAccount,
      send: createRawSend(config),
      stranger: createRawSend(withoutIdentity(config)),
      pass: (ms) => setTimeout(ms),
      async forget() {
        await forgetFirstVersion(admin, namespace);
        await compacted(trial);
      },
      [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
    };
    return trial;
  }),
);

function withoutIdentity(config: KubeConfig): KubeConfig {
  return {
    ...config,
    async credentials() {
      const { cert, key, headers, ...tls } = await config.credentials();
      return { ...tls, headers: {} };
    },
  };
}

/** Waits until etcd has compacted what was first, which the API server has it do each five minutes. */
async function compacted(trial: ApiTrial): Promise<void> {
  const api = talk(trial);
  for (;;) {
    const { status } = await api.get('resourceVersion=2&resourceVersionMatch=Exact&limit=1');
    if (status === 410) return;
    await setTimeout(5_000);
  }
}
