import { RpcError } from '../errors.ts';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import type { Handlers } from './handlers.ts';

/** What a server says of itself. */
export interface ServerHealth {
  readonly served: readonly [typeof Health, Handlers<typeof Health>];
  /** Whether it shall serve, if it can. */
  setServing(serving: boolean): void;
  /** Looks whether it can, and tells those who watch. */
  look(): void;
  /** NOT_SERVING for good; ends those who watch. */
  close(): void;
}

/**
 * `grpc.health.v1` for the whole server and each service in it.
 *
 * @param trouble Why it can't serve, if so.
 * @param onTrouble Hears each change of that while it should serve; undefined once it is over.
 */
export function createHealth(
  services: readonly string[],
  trouble: () => string | undefined,
  onTrouble: (trouble: string | undefined) => void = () => {},
): ServerHealth {
  const known = new Set(['', ...services]);
  let wanted = false;
  let serving = false;
  let closed = false;
  let told: string | undefined;
  let { promise: changed, resolve: change } = Promise.withResolvers<void>();

  const announce = (): void => {
    change();
    ({ promise: changed, resolve: change } = Promise.withResolvers<void>());
  };
  const look = (): void => {
    const why = trouble();
    if (wanted && why !== told) {
      told = why;
      onTrouble(why);
    }
    const now = wanted && why === undefined;
    if (now === serving) return;
    serving = now;
    announce();
  };
  const statusOf = (service: string): Status => {
    if (!known.has(service)) return Status.SERVICE_UNKNOWN;
    look();
    return serving ? Status.SERVING : Status.NOT_SERVING;
  };

  return {
    served: [
      Health,
      {
        check({ service }) {
          if (!known.has(service)) throw new RpcError(404, `no service ${service} here`);
          return { status: statusOf(service) };
        },
        async *watch({ service }, { signal }) {
          const gone = new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          let last: Status | undefined;
          while (!signal.aborted) {
            const next = changed;
            const status = statusOf(service);
            if (status !== last) yield { status };
            last = status;
            if (closed) return;
            await Promise.race([next, gone]);
          }
        },
      },
    ],
    look,
    setServing(now) {
      if (closed) return;
      wanted = now;
      look();
    },
    close() {
      wanted = false;
      serving = false;
      closed = true;
      announce();
    },
  };
}
