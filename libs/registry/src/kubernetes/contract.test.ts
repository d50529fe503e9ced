import { createKubeClient } from '@micro/kube';
import { createFakeApiServer, createPodDriver } from '@micro/testing';
import { registryContract } from '../contract.ts';
import { createKubernetesRegistry } from './kubernetes.ts';

registryContract('kubernetes', async () => {
  const server = await createFakeApiServer();
  const client = createKubeClient(server.config());
  const pods = createPodDriver(client.request, 'micro');
  let count = 0;
  return {
    async connect() {
      const pod = { name: `pod-${++count}`, namespace: 'micro', ip: `10.244.0.${count}` };
      await pods.create(pod.name);
      await pods.run(pod.name, pod.ip);
      return { registry: createKubernetesRegistry({ client, pod }), host: pod.ip };
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
    },
  };
});
