import type { RetryReason } from '../balancer/meter.ts';
import { shedTrailer } from '../metadata.ts';
import { Code } from '../transport/code.ts';
import type { CallEnd } from '../transport/transport.ts';

/** What no handler saw is made again this often at most: a service that is not there has an end. */
export const maxTries = 6;

/**
 * Whether a call that ended so may be made again, and why.
 *
 * @param repeatable Whether it may be carried out twice.
 */
export function retryReason(end: CallEnd, repeatable: boolean): RetryReason | undefined {
  if (end.fate === 'unsent') return endedByUs(end.code) ? undefined : 'unsent';
  if (end.fate === 'refused') return 'refused';
  if (isShed(end)) return 'shed';
  return repeatable && end.code === Code.UNAVAILABLE ? 'processed' : undefined;
}

/** Whether the node was too busy to let a handler see the call. */
export function isShed({ metadata }: Pick<CallEnd, 'metadata'>): boolean {
  return metadata[shedTrailer] !== undefined;
}

/** The caller's own end of patience. */
function endedByUs(code: Code): boolean {
  return code === Code.CANCELLED || code === Code.DEADLINE_EXCEEDED;
}

/**
 * How long to wait before the same nodes are tried again, in milliseconds: doubling, with jitter, so
 * that callers who failed together do not come back together.
 *
 * @param round How often all of them have been tried, from 1.
 */
export function retryDelayMs(round: number, random: () => number = Math.random): number {
  return Math.min(1_000, 25 * 2 ** round) * (0.5 + random() / 2);
}
