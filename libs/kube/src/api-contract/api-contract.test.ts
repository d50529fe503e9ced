import { createFakeApiServer, createManualClock } from '@micro/testing';
import { apiContract } from './api-contract.ts';
import { createRawSend } from './sender.ts';

apiContract('the fake API server', async () => {
  const clock = createManualClock();
  const server = await createFakeApiServer({ clock });
  server.access.grant({ user: 'admin', verbs: ['*'], resource: '*' });
  return {
    namespace: 'micro',
    serviceAccount: 'default',
    send: createRawSend(server.config('admin')),
    stranger: createRawSend(server.config()),
    pass: async (ms) => clock.advance(ms),
    forget: async () => server.compact(),
    [Symbol.asyncDispose]: server.close,
  };
});
