import { type Node, type Registry, RegistryError } from './registry.ts';

/** How a process stands in the registry. */
export type RegistrarState =
  | { readonly state: 'registering'; readonly error?: Error }
  | { readonly state: 'registered' }
  /** It is not tried again: no try could succeed. */
  | { readonly state: 'failed'; readonly error: Error }
  | { readonly state: 'withdrawn' };

export interface RegistrarOptions {
  readonly registry: Registry;
  readonly node: Node;
  /** How long a registration lives without being repeated, in milliseconds. */
  readonly ttlMs: number;
  /** How often it is repeated, in milliseconds; only where registrations expire at all. */
  readonly intervalMs: number;
  /** Hears of every change of state; the same failure again is none. */
  readonly onState?: (state: RegistrarState) => void;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Keeps a process in the registry from the first try until it is withdrawn. */
export interface Registrar {
  readonly state: RegistrarState;
  /**
   * Takes the process out, or has tried for `timeoutMs`.
   *
   * @throws RegistryError if it is refused or not answered in time.
   */
  withdraw(timeoutMs: number): Promise<void>;
}

const firstDelayMs = 250;
const maxDelayMs = 15_000;

/**
 * Registers, and tries again for as long as it takes: a process that runs and can't be found is of
 * no use to anyone. Only what can't be registered at all, or has no pod any more, is given up.
 */
export function createRegistrar(options: RegistrarOptions): Registrar {
  const { registry, node, ttlMs, intervalMs, onState, random = Math.random } = options;
  let state: RegistrarState = { state: 'registering' };
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let leaving = false;
  let trying = Promise.resolve();

  const setState = (next: RegistrarState): void => {
    const same = next.state === state.state && errorOf(next) === errorOf(state);
    state = next;
    if (!same) onState?.(next);
  };
  const attempt = async (): Promise<void> => {
    try {
      await registry.register(node, { ttlMs });
      failures = 0;
      if (leaving) return;
      setState({ state: 'registered' });
      if (registry.expires) again(intervalMs);
    } catch (cause) {
      if (leaving) return;
      const error = cause as Error;
      if (error instanceof TypeError || (error instanceof RegistryError && error.code === 'gone'))
        return setState({ state: 'failed', error });
      setState({ state: 'registering', error });
      // Full jitter: many that failed together do not come back together.
      again(firstDelayMs + random() * Math.min(maxDelayMs, firstDelayMs * 2 ** ++failures));
    }
  };
  const again = (delayMs: number): void => {
    timer = setTimeout(() => {
      trying = attempt();
    }, delayMs).unref();
  };
  trying = attempt();

  return {
    get state() {
      return state;
    },
    async withdraw(timeoutMs) {
      leaving = true;
      clearTimeout(timer);
      const withdrawn = (async () => {
        await trying; // Or a write under way would arrive after its own withdrawal.
        await registry.deregister(node);
        setState({ state: 'withdrawn' });
      })();
      const { promise: late, reject } = Promise.withResolvers<void>();
      const patience = setTimeout(
        () => reject(new RegistryError('unavailable', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      withdrawn.catch(() => {}); // What fails after the time is up has no one left to tell.
      try {
        await Promise.race([withdrawn, late]);
      } finally {
        clearTimeout(patience);
      }
    },
  };
}

function errorOf(state: RegistrarState): string | undefined {
  return 'error' in state ? state.error?.message : undefined;
}
