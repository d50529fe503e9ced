import { setTimeout } from 'node:timers/promises';
import { createTestNamespace } from '@micro/testing';
import { test } from 'vitest';
import { createKubeClient } from '../client.ts';
import { loadConfig } from '../config.ts';
import type { KubeConfig } from '../credentials.ts';
import { forgetFirstVersion } from '../real-cluster.ts';
import { apiContract } from './api-contract.ts';
import { createRawSend } from './sender.ts';
import { type ApiTrial, talk } from './trial.ts';

const cluster = await reach();
if (typeof cluster === 'string') {
  process.stderr.write(`not run on a real API server: ${cluster}\n`);
  test.skip(`on a real API server (${cluster})`);
} else
  apiContract('the API server of KUBECONFIG', async () => {
    const admin = createKubeClient(cluster);
    const namespace = await createTestNamespace(admin.request);
    const trial: ApiTrial = {
      namespace: namespace.name,
      serviceAccount: namespace.serviceAccount,
      send: createRawSend(cluster),
      stranger: createRawSend(withoutIdentity(cluster)),
      pass: (ms) => setTimeout(ms),
      async forget() {
        await forgetFirstVersion(admin, namespace);
        await compacted(trial);
      },
      async [Symbol.asyncDispose]() {
        await namespace[Symbol.asyncDispose]();
        admin.close();
      },
    };
    return trial;
  });

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

/** The cluster, or why there is none. Only one that is named on purpose is written to. */
async function reach(): Promise<KubeConfig | string> {
  const { KUBECONFIG } = process.env;
  if (!KUBECONFIG) return 'KUBECONFIG is not set';
  try {
    const config = await loadConfig({ KUBECONFIG });
    await (await createRawSend(config)('GET', '/version')).body();
    return config;
  } catch (error) {
    return (error as Error).message;
  }
}
