import { setTimeout } from 'node:timers/promises';
import { createTestNamespace } from '@micro/testing';
import { test } from 'vitest';
import { createKubeClient } from '../client.ts';
import { loadConfig } from '../config.ts';
import type { KubeConfig } from '../credentials.ts';
import { apiContract } from './api-contract.ts';
import { createRawSend } from './sender.ts';
import { type ApiTrial, eventsOf, talk } from './trial.ts';

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
      forget: () => forget(trial),
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

/** How long the watch cache keeps an event at least, whatever comes (`eventFreshDuration`). */
const eventFreshMs = 75_000;

/** Writes until the watch cache has lost what was first, and waits until etcd has compacted it. */
async function forget(trial: ApiTrial): Promise<void> {
  const api = talk(trial);
  const isGone = async (): Promise<boolean> => {
    const answer = await api.watch('resourceVersion=1&timeoutSeconds=1');
    return eventsOf(await answer.body()).some(({ type }) => type === 'ERROR');
  };
  if (!(await isGone())) {
    await api.pods.create('writes');
    const write = async () => {
      for (let n = 0; n < 200; n++)
        await api.pods.setMetadata('writes', { annotations: { at: `${Date.now()} ${n}` } });
    };
    await write();
    await setTimeout(eventFreshMs);
    while (!(await isGone())) await write();
    await api.pods.delete('writes');
  }
  // The API server has it compacted each five minutes.
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
