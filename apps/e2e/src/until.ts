import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 100;

/**
 * Looks again and again until there is something to see.
 *
 * @param what The condition in words, for the error.
 * @throws Error saying what it was waiting for, and what went wrong when it last looked.
 */
export async function until<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | false | undefined>,
): Promise<T> {
  const end = performance.now() + withinMs;
  let cause: unknown;
  do {
    try {
      const seen = await look();
      if (seen) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(everyMs);
  } while (performance.now() < end);
  const why = cause instanceof Error ? `; ${cause.message}` : '';
  throw new Error(`expected ${what} within ${withinMs} ms${why}`, { cause });
}
