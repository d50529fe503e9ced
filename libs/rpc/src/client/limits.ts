import type { Wish } from '../balancer/wish.ts';
import { RpcError } from '../errors.ts';
import type { Span } from '../tracing.ts';
import type { Metadata } from '../transport/transport.ts';
import { callerId } from './caller-id.ts';

/** What holds for one call. */
export interface Limits {
  /** Milliseconds since 1970; Infinity for never. */
  readonly deadline: number;
  /** How long that is, in milliseconds, and who says so: for the words when it is over. */
  readonly timeoutMs: number;
  readonly chosenBy: 'the default' | 'the call' | 'the call it was made for';
  readonly signals: readonly AbortSignal[];
  readonly metadata: Metadata;
  /** Which nodes will do. */
  readonly wish: Wish;
  /** Whether to wait for a node where there is none. */
  readonly waitForReady: boolean;
  /** How often a call that a service may have carried out is made again, where that is safe. */
  readonly retries: number;
  /** What it is made for, in a trace. */
  readonly parent?: Span | undefined;
  readonly onHeader?: ((metadata: Metadata) => void) | undefined;
  readonly onTrailer?: ((metadata: Metadata) => void) | undefined;
}

/** @param why What stood in the way, if that is known: words to follow the sentence. */
export function lateError(service: string, { timeoutMs, chosenBy }: Limits, why = ''): RpcError {
  const limit = `${Math.round(timeoutMs)} ms, as ${chosenBy} says`;
  return new RpcError(504, `no answer of ${service} within ${limit}${why}`, { id: callerId });
}
