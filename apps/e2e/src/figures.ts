import { type Call, ratePerSecond } from '../load/src/call.ts';
import type { Calls } from './load.ts';

/** What calls over one path add up to. */
export interface Figures {
  readonly calls: number;
  readonly failed: number;
  /** From when it was due until it had ended, in milliseconds; of failed calls too. */
  readonly slowestMs: number;
  /** For how long no call was answered, at most, in milliseconds. */
  readonly longestGapMs: number;
  /** Why the last one failed, and when that was; empty if none did. */
  readonly lastFailure: string;
}

/** Adds up what became of calls. */
export function figuresOf(calls: readonly Call[]): Figures {
  const failures = calls.filter(isFailed);
  const [dueAt = 0, tookMs = 0, why = ''] = failures.at(-1) ?? [];
  const answers = answersOf(calls);
  const gaps = answers.slice(1).map((at, before) => at - (answers[before] ?? at));
  return {
    calls: calls.length,
    failed: failures.length,
    slowestMs: calls.reduce((most, [, took]) => Math.max(most, took), 0),
    longestGapMs: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    lastFailure: why && `${new Date(dueAt + tookMs).toISOString()} ${why}`,
  };
}

/** A sentence on each path over which a call failed: none if none did. */
export function failures(calls: Calls): string[] {
  return Object.entries(calls).flatMap(([path, over]) => {
    const { failed, lastFailure } = figuresOf(over);
    return failed > 0 ? `${path}: ${failed} of ${over.length} failed, the last ${lastFailure}` : [];
  });
}

/** Whether a call has failed. */
export function isFailed([, , failure]: Call): boolean {
  return failure !== undefined;
}

/** How many calls were answered between two times, in percent of those due then: over 100 where others were late. */
export function ratePercent(calls: readonly Call[], start: number, end: number): number {
  const answered = answersOf(calls).filter((at) => start <= at && at < end).length;
  return Math.round((100_000 * answered) / (ratePerSecond * (end - start)));
}

/** One line on calls over both paths, for who reads what a test has measured. */
export function sentence(calls: Calls): string {
  const words = Object.entries(calls).map(([path, over]) => {
    const { calls, failed, slowestMs, longestGapMs } = figuresOf(over);
    return `${path} ${calls} calls, ${failed} failed, slowest ${slowestMs} ms, longest gap ${longestGapMs} ms`;
  });
  return words.join('; ');
}

/** When calls were answered, in order. */
function answersOf(calls: readonly Call[]): number[] {
  return calls
    .filter((call) => !isFailed(call))
    .map(([dueAt, tookMs]) => dueAt + tookMs)
    .sort((a, b) => a - b);
}
