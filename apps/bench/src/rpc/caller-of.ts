import type { Caller } from './load.ts';

/** A client of the greeter whose calls are promises and async iterables, ours and nice-grpc's. */
export interface Greeter {
  hello(request: { readonly name: string }): Promise<{ readonly msg: string }>;
  count(request: { readonly to: number }): AsyncIterable<unknown>;
}

export function callerOf(greeter: Greeter): Caller {
  return {
    hello(name, done) {
      greeter.hello({ name }).then(({ msg }) => done(undefined, msg), done);
    },
    count(to, seen, done) {
      drain(greeter.count({ to }), seen).then(done, done);
    },
  };
}

async function drain(messages: AsyncIterable<unknown>, seen: () => void): Promise<void> {
  for await (const _ of messages) seen();
}
