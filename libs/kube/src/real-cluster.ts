import { afterAll, test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { loadConfig } from './config.ts';
import type { KubeConfig } from './credentials.ts';

/** A cluster that tests may write to. */
export interface RealCluster {
  readonly config: KubeConfig;
  /** May everything; closed after the tests. */
  readonly admin: KubeClient;
}

/**
 * Declares tests on the API server that KUBECONFIG names, or says why they are skipped: only a
 * cluster that is named on purpose is written to.
 */
export async function onRealCluster(
  what: string,
  declare: (cluster: RealCluster) => void,
): Promise<void> {
  const cluster = await reach();
  if (typeof cluster === 'string') {
    process.stderr.write(`${what}: not run on a real API server, ${cluster}\n`);
    test.skip(`${what} on a real API server (${cluster})`);
    return;
  }
  afterAll(() => cluster.admin.close());
  declare(cluster);
}

async function reach(): Promise<RealCluster | string> {
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
