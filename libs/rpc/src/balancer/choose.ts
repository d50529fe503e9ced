import type { Member } from './member.ts';

/** Answers within twice the usual time and a few milliseconds are equally quick: less is noise. */
const noise = 2;
const noiseMs = 3;
/** Each failure in a row makes a node half as attractive: one that fails at once is quick, and idle. */
const maxPenalty = 32;
/** How often another is drawn instead of one that is still warming up. */
const maxDraws = 8;

/**
 * Draws two members at random and takes the better one: the power of two choices. One that is warming up is
 * drawn as seldom as its weight says; a lower weight in the comparison would keep it from any call.
 *
 * @param members At least one.
 * @param usualMs What answers usually take, from `usualLatency`.
 * @param random From 0 to below 1.
 */
export function choose(
  members: readonly Member[],
  usualMs: number,
  now: number,
  random: () => number,
): Member {
  const { length } = members;
  let at = Math.floor(random() * length);
  let one = members[at] as Member;
  if (length === 1) return one;
  for (let draws = 1; one.warming && draws < maxDraws && random() >= one.weight(now); draws++) {
    at = Math.floor(random() * length);
    one = members[at] as Member;
  }
  const other = Math.floor(random() * (length - 1));
  const two = members[other < at ? other : other + 1] as Member;
  if (two.warming && random() >= two.weight(now)) return one;
  return cost(two, usualMs, now) < cost(one, usualMs, now) ? two : one;
}

/** What a call to a member costs, to be compared: calls on their way, times how slow it is, times failures. */
export function cost(member: Member, usualMs: number, now: number): number {
  const slowness = Math.max(member.latency.read(now) / (usualMs * noise + noiseMs), 1);
  const penalty = Math.min(2 ** member.ejection.weight(now), maxPenalty);
  return (member.outstanding + 1) * slowness * penalty;
}

/**
 * What answers usually take, in milliseconds: the lower median of the members, so that neither a slow one
 * nor one that does nothing but refuse is the measure. 0 while there is no telling.
 */
export function usualLatency(members: readonly Member[], now: number): number {
  const all = members.map(({ latency }) => latency.read(now)).filter((ms) => ms > 0);
  all.sort((a, b) => a - b);
  return all[Math.floor((all.length - 1) / 2)] ?? 0;
}
