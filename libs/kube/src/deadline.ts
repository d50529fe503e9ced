import { KubeError } from './errors.ts';
import type { RequestAttributes } from './request-path.ts';

/** What may end a request before its answer does. */
export interface Ends {
  readonly timeoutMs: number;
  /** The client is closed. */
  readonly closing: AbortSignal;
  /** The caller has no more use for it. */
  readonly caller?: AbortSignal | undefined;
}

/** Runs a request under its deadline. What `run` leaves open lives on under the other two ends. */
export async function withDeadline<T>(
  ends: Ends,
  about: RequestAttributes,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ends.timeoutMs);
  const others = ends.caller ? [ends.caller] : [];
  try {
    return await run(AbortSignal.any([late.signal, ends.closing, ...others]));
  } catch (error) {
    if (late.signal.aborted)
      throw new KubeError('Timeout', `no answer within ${ends.timeoutMs} ms`, about);
    throw endOf(ends, error, about);
  } finally {
    clearTimeout(timer);
  }
}

/** What to throw for an error: the caller's own reason if it was the caller who ended it. */
export function endOf(
  ends: Omit<Ends, 'timeoutMs'>,
  error: unknown,
  about: RequestAttributes,
): unknown {
  if (ends.caller?.aborted) return ends.caller.reason;
  if (ends.closing.aborted)
    return new KubeError('Unreachable', 'the client is closed', about, { cause: error });
  return KubeError.from(error, about);
}
