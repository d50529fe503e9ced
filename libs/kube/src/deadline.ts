import type { Clock } from './clock.ts';
import { KubeError } from './errors.ts';
import type { RequestAttributes } from './request-path.ts';
import { createWatchdog } from './watchdog.ts';

/** What may end a request before its answer does. */
export interface Ends {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** The client is closed. */
  readonly closing: AbortSignal;
  /** The caller has no more use for it. */
  readonly caller?: AbortSignal | undefined;
}

/**
 * Runs a request under its deadline, which `run` may put off by saying that something has come.
 * What `run` leaves open lives on under the other two ends.
 */
export async function withDeadline<T>(
  ends: Ends,
  about: RequestAttributes,
  run: (signal: AbortSignal, putOff: () => void) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const watchdog = createWatchdog(ends.clock, ends.timeoutMs, () => late.abort());
  const others = ends.caller ? [ends.caller] : [];
  try {
    return await run(AbortSignal.any([late.signal, ends.closing, ...others]), watchdog.feed);
  } catch (error) {
    if (late.signal.aborted)
      throw new KubeError('Timeout', `no answer within ${ends.timeoutMs} ms`, about);
    throw endOf(ends, error, about);
  } finally {
    watchdog.stop();
  }
}

/** What to throw for an error: the caller's own reason if it was the caller who ended it. */
export function endOf(
  ends: Pick<Ends, 'closing' | 'caller'>,
  error: unknown,
  about: RequestAttributes,
): unknown {
  if (ends.caller?.aborted) return ends.caller.reason;
  if (ends.closing.aborted)
    return new KubeError('Unreachable', 'the client is closed', about, { cause: error });
  return KubeError.from(error, about);
}
