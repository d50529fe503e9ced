import type { Limits } from '../client/limits.ts';
import { RpcError } from '../errors.ts';

/**
 * Waits for work that others may be waiting for too, so it goes on, no longer than one caller can.
 *
 * @param id Who says that it took too long.
 * @throws RpcError 504 at the deadline, 499 when a signal is aborted.
 */
export async function within<T>(
  work: Promise<T>,
  { deadline, signals }: Pick<Limits, 'deadline' | 'signals'>,
  id: string,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  work.then(resolve, reject);
  const late = (): void => reject(new RpcError(504, 'no schema of the service in time', { id }));
  const timer =
    deadline === Infinity
      ? undefined
      : setTimeout(late, Math.min(deadline - Date.now(), 2 ** 31 - 1));
  const gone = (): void => reject(new RpcError(499, 'the caller is gone', { id }));
  for (const signal of signals) {
    if (signal.aborted) gone();
    signal.addEventListener('abort', gone);
  }
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', gone);
  }
}
