import type { Member } from './member.ts';

/** With so much of the own zone in health it takes all calls; below, in proportion. Envoy's factor of 1.4. */
const enoughHealth = 0.7;
/** A node that takes so many times longer than when it is calm, with calls waiting, has too many. */
const crowdedLatency = 3;
const crowdedCalls = 8;
/** It must be so many times better elsewhere: another zone costs time and money. */
const muchBetter = 2;

/** The nodes that can be called, by whether they are in the caller's zone. */
export interface Zones {
  readonly near: readonly Member[];
  readonly far: readonly Member[];
  /** The share of calls that stay near, from 0 to 1. */
  readonly nearShare: number;
}

/**
 * Prefers the own zone for as long as at least 70 % of its nodes can be called, then in proportion to
 * how many can. All nodes are near where the own zone is not known or has no node.
 *
 * @param all The nodes there should be, `usable` those of them that can be called.
 */
export function splitByZone(
  zone: string | undefined,
  all: Iterable<Member>,
  usable: readonly Member[],
): Zones {
  let nearAll = 0;
  if (zone !== undefined) for (const member of all) if (member.zone === zone) nearAll++;
  if (nearAll === 0) return { near: usable, far: [], nearShare: 1 };
  const near = usable.filter((member) => member.zone === zone);
  const far = usable.filter((member) => member.zone !== zone);
  if (far.length === 0) return { near, far, nearShare: 1 };
  return { near, far, nearShare: Math.min(near.length / nearAll / enoughHealth, 1) };
}

/**
 * Whether a call goes to the other zone although the own one is in health: the nodes there have clearly more
 * to do than they can. Calls on their way alone don't tell, for a caller that stays in its zone has none elsewhere.
 */
export function isCrowded(near: Member, far: Member, now: number): boolean {
  if (near.outstanding < crowdedCalls) return false;
  const nearMs = near.latency.read(now);
  const calmMs = near.latency.calm;
  if (nearMs < calmMs * crowdedLatency) return false;
  // Of a node that nobody has called for a while we believe that it is calm.
  const farMs = far.latency.read(now) || calmMs;
  return (near.outstanding + 1) * nearMs > (far.outstanding + 1) * farMs * muchBetter;
}
