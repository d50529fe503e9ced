import type { Say } from '@micro/contracts';
import { type Handlers, RpcError } from '@micro/rpc';

const maxCount = 10_000;

/** Greets people. */
export const say: Handlers<typeof Say> = {
  hello({ name }) {
    return { msg: `Hello ${name}` };
  },

  async *count({ to }, { signal }) {
    if (to > maxCount)
      throw new RpcError(400, `expected "to" to be at most ${maxCount}, got ${to}`);
    for (let n = 1; n <= to && !signal.aborted; n++) yield { n };
  },

  async *chat(requests) {
    for await (const { name } of requests) yield { msg: `Hello ${name}` };
  },
};
