import { RpcError } from '../errors.ts';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import type { Handlers } from './handlers.ts';

/** `grpc.health.v1` for the whole server and each service in it. */
export function createHealth(services: readonly string[]): {
  readonly served: readonly [typeof Health, Handlers<typeof Health>];
  setServing(serving: boolean): void;
  /** NOT_SERVING for good; ends those who watch. */
  close(): void;
} {
  const known = new Set(['', ...services]);
  let serving = false;
  let closed = false;
  let { promise: changed, resolve: change } = Promise.withResolvers<void>();

  const announce = (): void => {
    change();
    ({ promise: changed, resolve: change } = Promise.withResolvers<void>());
  };
  const statusOf = (service: string): Status => {
    if (!known.has(service)) return Status.SERVICE_UNKNOWN;
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
    setServing(now) {
      if (closed || now === serving) return;
      serving = now;
      announce();
    },
    close() {
      serving = false;
      closed = true;
      announce();
    },
  };
}
