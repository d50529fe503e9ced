import { setTimeout as sleep } from 'node:timers/promises';
import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { run } from '../index.ts';

/** What a caller may make it do, by the name it asks with. */
const mishaps: Readonly<Record<string, () => void>> = {
  throw() {
    throw new Error(`thrown in a handler ${'.'.repeat(10_000)}`);
  },
  uncaught() {
    setImmediate(() => {
      throw new Error('thrown outside of a handler');
    });
  },
  unhandled() {
    void Promise.reject(new Error('rejected outside of a handler'));
  },
  memory() {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 10_000 }, Math.random));
  },
};

/** A registry that answers no withdrawal. */
function deaf() {
  return { ...createMemoryRegistry(), deregister: () => new Promise<void>(() => {}) };
}

/** A service for the tests: as a process of its own it can be sent signals. */
run({
  name: 'go.micro.srv.greeter',
  handlers: [
    [
      Say,
      {
        async hello({ name }) {
          mishaps[name]?.();
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
  registries: { own: () => ({ ...createMemoryRegistry(), kind: 'own' }), deaf },
});
