import type { Clock } from './clock.ts';
import type { KubeError } from './errors.ts';

// client-go's reflector waits 0.8 s, doubling up to 30 s, and begins anew after 2 min of health.
const firstMs = 800;
const maxMs = 30_000;
const healthyMs = 120_000;
/** A server that asks for longer is asked again all the same. */
const maxRetryAfterMs = 60_000;

/** Says how long to wait before the next try. */
export interface Backoff {
  next(error: KubeError): number;
}

/**
 * Waits that double, each drawn from zero up to its bound so that clients which failed together do
 * not come back together. What only a person can mend (401, 403) is tried again slowly.
 */
export function createBackoff(clock: Clock, random: () => number): Backoff {
  let failures = 0;
  let lastFailure = Number.NEGATIVE_INFINITY;

  return {
    next({ status, retryAfterMs = 0 }) {
      if (clock.now() - lastFailure > healthyMs) failures = 0;
      lastFailure = clock.now();
      const bound = Math.min(firstMs * 2 ** failures++, maxMs);
      if (status === 401 || status === 403) return maxMs * (0.5 + random() / 2);
      return Math.min(retryAfterMs, maxRetryAfterMs) + random() * bound;
    },
  };
}
