import { createKubeClient, type KubeClient, loadConfig } from '@micro/kube';
import { createPodDriver, createTestNamespace, type TestNamespace } from '@micro/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { registryContract } from './contract.ts';
import { createKubernetesRegistry } from './kubernetes.ts';

const client = await reach();
if (typeof client === 'string') {
  process.stderr.write(`not run on a real API server: ${client}\n`);
  test.skip(`kubernetes registry on a real API server (${client})`);
} else {
  let namespace: TestNamespace;
  let count = 0;
  beforeAll(async () => {
    namespace = await createTestNamespace(client.request);
  });
  afterAll(async () => {
    await namespace[Symbol.asyncDispose]();
    client.close();
  });

  registryContract('kubernetes, on a real API server,', async () => {
    const pods = createPodDriver(client.request, namespace.name, namespace.serviceAccount);
    const names: string[] = [];
    return {
      async connect() {
        const name = `pod-${++count}`;
        const pod = { name, namespace: namespace.name, ip: `10.244.9.${count}` };
        names.push(name);
        await pods.create(name);
        await pods.run(name, pod.ip);
        return { registry: createKubernetesRegistry({ client, pod }), host: pod.ip };
      },
      async [Symbol.asyncDispose]() {
        for (const name of names) await pods.delete(name);
      },
    };
  });
}

/** A client of the cluster, or why there is none. Only one that is named on purpose is written to. */
async function reach(): Promise<KubeClient | string> {
  const { KUBECONFIG } = process.env;
  if (!KUBECONFIG) return 'KUBECONFIG is not set';
  try {
    const client = createKubeClient(await loadConfig({ KUBECONFIG }));
    await client.request('GET', '/version', { timeoutMs: 3_000 });
    return client;
  } catch (error) {
    return (error as Error).message;
  }
}
