import { createFakeApiServer } from '@micro/testing';
import { createKubeClient } from './client.ts';
import { apiServerContract } from './contract.ts';

apiServerContract('the fake API server', async () => {
  const server = await createFakeApiServer();
  const namespace = 'micro';
  const user = `system:serviceaccount:${namespace}:runner`;
  server.access.grant({ user: 'admin', verbs: ['*'], resource: '*' });
  return {
    namespace,
    serviceAccount: 'runner',
    admin: createKubeClient(server.config('admin')),
    runner: createKubeClient(server.config(user)),
    async apply(yaml) {
      const verbs = /verbs: (\[.*\])/.exec(yaml)?.[1] ?? '[]';
      server.access.grant({ user, verbs: JSON.parse(verbs), namespace });
    },
    [Symbol.asyncDispose]: server.close,
  };
});
