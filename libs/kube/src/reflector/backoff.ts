import type { Clock } from '../clock.ts';
import type { KubeError } from '../errors.ts';

/** Most breaks are short and concern everyone: the first wait is drawn from all of this. */
const firstMs = 1_600;
/** A version is lost by all who had it at once, and what they then ask for is large. */
const lostVersionMs = 6_000;
// client-go's reflector waits up to 30 s, and begins anew after 2 min of health.
const maxMs = 30_000;
const healthyMs = 120_000;
/** A server that asks for longer is asked again all the same. */
const maxRetryAfterMs = 60_000;

/** Says how long to wait before the next try. */
export interface Backoff {
  next(error: KubeError): number;
}

/**
 * Waits that double, each drawn from a range so that clients which failed together do not come back
 * together: the first from zero, the others from half. What only a person can mend (401, 403) is
 * tried again slowly.
 */
export function createBackoff(clock: Clock, random: () => number): Backoff {
  let failures = 0;
  let lastFailure = Number.NEGATIVE_INFINITY;

  return {
    next({ status, retryAfterMs = 0, lostVersion }) {
      if (clock.now() - lastFailure > healthyMs) failures = 0;
      lastFailure = clock.now();
      if (status === 401 || status === 403) return maxMs * (1 + random());
      const first = failures === 0;
      const bound = Math.min(firstMs * 2 ** failures++, maxMs);
      const asked = Math.min(Math.max(retryAfterMs, 0), maxRetryAfterMs);
      if (first) return asked + random() * (lostVersion ? lostVersionMs : bound);
      return asked + bound / 2 + random() * (bound / 2);
    },
  };
}
