import { onRealCluster } from '@micro/kube/real-cluster';
import { createPodDriver, createTestNamespace, type TestNamespace } from '@micro/testing';
import { afterAll, beforeAll } from 'vitest';
import { registryContract } from '../contract.ts';
import { createKubernetesRegistry } from './kubernetes.ts';

await onRealCluster('the contract of registries', ({ admin: client }) => {
  let namespace: TestNamespace;
  let count = 0;
  beforeAll(async () => {
    namespace = await createTestNamespace(client.request);
  });
  afterAll(() => namespace[Symbol.asyncDispose]());

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
});
