import { setTimeout } from 'node:timers/promises';
import { createPodDriver, type TestNamespace } from '@micro/testing';
import { afterAll, test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { loadConfig } from './config.ts';
import type { KubeConfig } from './credentials.ts';
import { KubeError } from './errors.ts';

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

/** How long the watch cache keeps an event at least, whatever comes (`eventFreshDuration`). */
const eventFreshMs = 75_000;
/** By default it keeps as many as come within that time, but not fewer. */
const cachedEvents = 100;

/**
 * Makes the API server's watch cache forget version 1. As a rule it never knew it; one that was started
 * with an empty etcd does until enough has been written, which takes more than a minute.
 *
 * @param namespace Where to write.
 */
export async function forgetFirstVersion(
  admin: Pick<KubeClient, 'request' | 'watchPods'>,
  { name: namespace, serviceAccount }: Pick<TestNamespace, 'name' | 'serviceAccount'>,
): Promise<void> {
  const isForgotten = async (): Promise<boolean> => {
    try {
      const options = { resourceVersion: '1', timeoutSeconds: 1 };
      for await (const _ of await admin.watchPods(namespace, options));
      return false;
    } catch (error) {
      if (error instanceof KubeError && error.lostVersion) return true;
      throw error;
    }
  };
  if (await isForgotten()) return;
  const pods = createPodDriver(admin.request, namespace, serviceAccount);
  const write = async (): Promise<void> => {
    for (let n = 0; n < 2 * cachedEvents; n++)
      await pods.setMetadata('writes', { annotations: { at: `${Date.now()} ${n}` } });
  };
  await pods.create('writes');
  await write();
  await setTimeout(eventFreshMs);
  while (!(await isForgotten())) await write();
  await pods.delete('writes');
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
