import { createTestNamespace } from '@micro/testing';
import { test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { loadConfig } from './config.ts';
import { apiServerContract } from './contract.ts';
import type { KubeConfig } from './credentials.ts';

const cluster = await reach();
if (typeof cluster === 'string') {
  process.stderr.write(`not run on a real API server: ${cluster}\n`);
  test.skip(`on a real API server (${cluster})`);
} else
  apiServerContract('the API server of KUBECONFIG', async () => {
    const namespace = await createTestNamespace(cluster.admin.request);
    const token = await namespace.token();
    const { ca, ...own } = await cluster.config.credentials();
    return {
      namespace: namespace.name,
      serviceAccount: namespace.serviceAccount,
      admin: cluster.admin,
      runner: createKubeClient({
        ...cluster.config,
        credentials: async () => ({
          headers: { authorization: `Bearer ${token}` },
          ...(ca && { ca }),
          ...(own.servername && { servername: own.servername }),
        }),
      }),
      apply: namespace.apply,
      [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
    };
  });

/** The cluster, or why there is none. Only one that is named on purpose is written to. */
async function reach(): Promise<{ config: KubeConfig; admin: KubeClient } | string> {
  const { KUBECONFIG } = process.env;
  if (!KUBECONFIG) return 'KUBECONFIG is not set';
  try {
    const config = await loadConfig({ KUBECONFIG });
    const admin = createKubeClient(config);
    await admin.request('GET', '/version', { timeoutMs: 3_000 });
    return { config, admin };
  } catch (error) {
    return (error as Error).message;
  }
}
