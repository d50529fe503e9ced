import { createTestNamespace } from '@micro/testing';
import { createKubeClient } from './client.ts';
import { apiServerContract } from './contract.ts';
import { onRealCluster } from './real-cluster.ts';

await onRealCluster('kube', ({ config, admin }) =>
  apiServerContract('the API server of KUBECONFIG', async () => {
    const namespace = await createTestNamespace(admin.request);
    const token = await namespace.token();
    const { ca, ...own } = await config.credentials();
    return {
      namespace: namespace.name,
      serviceAccount: namespace.serviceAccount,
      admin,
      runner: createKubeClient({
        ...config,
        credentials: async () => ({
          headers: { authorization: `Bearer ${token}` },
          ...(ca && { ca }),
          ...(own.servername && { servername: own.servername }),
        }),
      }),
      apply: namespace.apply,
      [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
    };
  }),
);
