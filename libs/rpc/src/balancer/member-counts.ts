import { findEligible } from './eligible.ts';
import type { Member } from './member.ts';

/** How many members are in which state; each is counted once. */
export interface MemberCounts {
  /** Connected and used. */
  readonly ready: number;
  /** Connected, but left out for a while. */
  readonly ejected: number;
  readonly connecting: number;
  readonly idle: number;
  /** Without a connection, which is tried again after a while. */
  readonly failed: number;
  /** Removed, with calls that are not over. */
  readonly leaving: number;
}

export function countMembers(
  members: Iterable<Member>,
  leaving: number,
  now: number,
): MemberCounts {
  const all = [...members];
  const { used, ejected } = findEligible(all, now);
  const inState = (state: Member['state']): number =>
    all.filter((member) => member.state === state).length;
  return {
    ready: used.length,
    ejected: ejected.length,
    connecting: inState('connecting'),
    idle: inState('idle'),
    failed: inState('failed'),
    leaving,
  };
}
