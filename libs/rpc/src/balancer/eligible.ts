import type { Member } from './member.ts';

/** Which members can get calls now. */
export interface Eligible {
  /** Those with a connection. */
  readonly ready: readonly Member[];
  /** Those of them that are used. */
  readonly used: readonly Member[];
  /** Those of them that are left out. */
  readonly ejected: readonly Member[];
  /** Left out, and due to be tried out with one call each. */
  readonly due: Member[];
  /** When the next one will be due; Infinity if none will. */
  readonly nextDueAt: number;
}

/**
 * Leaves bad members out, as long as no more than half of those with a connection are bad. If more
 * are, all are used: the others could not carry the load, and it is perhaps not the nodes' fault.
 * So the only one is never left out. It is Envoy's panic threshold
 * (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold).
 */
export function findEligible(members: Iterable<Member>, now: number): Eligible {
  const ready: Member[] = [];
  for (const member of members) if (member.state === 'ready') ready.push(member);
  const bad = ready.filter(({ ejection }) => ejection.reason !== undefined);
  if (bad.length * 2 > ready.length)
    return { ready, used: ready, ejected: [], due: [], nextDueAt: Number.POSITIVE_INFINITY };
  const due = bad.filter(({ ejection }) => ejection.dueAt <= now);
  const later = bad.map(({ ejection }) => ejection.dueAt).filter((at) => at > now);
  return {
    ready,
    used: bad.length === 0 ? ready : ready.filter(({ ejection }) => ejection.reason === undefined),
    ejected: bad,
    due,
    nextDueAt: Math.min(...later),
  };
}
