/** A client of the greeter. It calls back, as raw grpc-js does: there a promise would not be its own cost. */
export interface Caller {
  /** Greets a name; `done` is given what went wrong or the answer. */
  hello(name: string, done: (failure: unknown, msg?: string) => void): void;
  /** Has it count up to a number; `seen` is called for each that comes, `done` after the last. */
  count(to: number, seen: () => void, done: (failure?: unknown) => void): void;
}

/** What is called, and how often at once. */
export type Load =
  /** Names of so many letters are greeted. */
  | { readonly lanes: number; readonly letters: number }
  /** Streams of so many messages are read. */
  | { readonly lanes: number; readonly messages: number };

/** Lanes that call, each again as soon as its last call is answered. */
export interface Running {
  /**
   * Resolves when so many calls in all have been answered; of streams, messages. One at a time waits.
   *
   * @throws what the first call failed with.
   */
  reach(total: number): Promise<void>;
  /** Resolves when no call is left. @throws what the first call failed with. */
  stop(): Promise<void>;
}

export function startLoad(caller: Caller, load: Load): Running {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let answered = 0;
  let wanted = Infinity;
  let reached = (): void => {};
  let stopped = false;
  let open = load.lanes;
  const call = 'letters' in load ? greet(caller, load.letters) : count(caller, load.messages);

  const seen = (): void => {
    answered++;
    if (answered === wanted) reached();
  };
  const next = (): void => {
    if (stopped) {
      open--;
      if (open === 0) resolve();
      return;
    }
    call(seen, (failure) => (failure === undefined ? next() : reject(failure)));
  };
  for (let lane = 0; lane < load.lanes; lane++) next();
  // Who waits for it hears of it; until then it is no unhandled one.
  ended.catch(() => {});
  return {
    reach(total) {
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      wanted = Math.max(total, answered + 1);
      reached = wake;
      return Promise.race([promise, ended]);
    },
    stop() {
      stopped = true;
      return ended;
    },
  };
}

/** One call, from its start until `done`. */
type Call = (seen: () => void, done: (failure?: unknown) => void) => void;

function greet(caller: Caller, letters: number): Call {
  const name = 'x'.repeat(letters);
  const length = 'Hello '.length + letters;
  return (seen, done) =>
    caller.hello(name, (failure, msg) => {
      if (msg?.length !== length) {
        done(failure ?? new Error(`expected an answer of ${length} letters, got ${msg?.length}`));
        return;
      }
      seen();
      done();
    });
}

function count(caller: Caller, messages: number): Call {
  return (seen, done) => {
    let came = 0;
    const one = (): void => {
      came++;
      seen();
    };
    caller.count(messages, one, (failure) =>
      done(
        failure ??
          (came === messages ? undefined : new Error(`expected ${messages} messages, got ${came}`)),
      ),
    );
  };
}
