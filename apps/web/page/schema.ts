import type { ErrorJson } from '@micro/rpc';
import { useEffect, useState } from 'preact/hooks';
import type { SchemaSummary } from '../src/schema.ts';
import { readError } from './send.ts';

/** A service's schema, on its way or not to be had. */
export type Learned =
  | { readonly state: 'learning' }
  | { readonly state: 'learned'; readonly schema: SchemaSummary }
  | { readonly state: 'failed'; readonly error: ErrorJson };

/**
 * Learns what a service can be called with.
 *
 * @param version Learned anew when it changes; what is known is kept meanwhile.
 */
export function useSchema(service: string, version: string): Learned {
  const [learned, setLearned] = useState<Learned>({ state: 'learning' });
  useEffect(() => {
    const controller = new AbortController();
    void learn(service, controller.signal).then((next) => {
      if (!controller.signal.aborted) setLearned(next);
    });
    return () => controller.abort();
  }, [service, version]);
  return learned;
}

async function learn(service: string, signal: AbortSignal): Promise<Learned> {
  try {
    const answer = await fetch(`api/schema/${encodeURIComponent(service)}`, { signal });
    if (!answer.ok) return { state: 'failed', error: await readError(answer) };
    return { state: 'learned', schema: (await answer.json()) as SchemaSummary };
  } catch {
    const detail = 'the dashboard does not answer';
    return { state: 'failed', error: { id: '', code: 0, status: 'No answer', detail } };
  }
}
