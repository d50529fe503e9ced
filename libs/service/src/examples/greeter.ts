import { setTimeout as sleep } from 'node:timers/promises';
import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { run } from '../index.ts';

/** A service for the tests: as a process of its own it can be sent signals. */
run({
  name: 'go.micro.srv.greeter',
  handlers: [
    [
      Say,
      {
        async hello({ name }) {
          await sleep(Number(name) || 0);
          return { msg: 'done' };
        },
        async *count(_, { signal }) {
          for (let n = 1; !signal.aborted; n++) {
            yield { n };
            await sleep(10);
          }
        },
        async *chat() {},
      },
    ],
  ],
  registries: { own: () => ({ ...createMemoryRegistry(), kind: 'own' }) },
});
