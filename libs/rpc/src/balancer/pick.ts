import { choose, usualLatency } from './choose.ts';
import { type Eligible, findEligible } from './eligible.ts';
import type { Member } from './member.ts';
import type { ClientMeter, PickedZone } from './meter.ts';
import { isParticular, suits, type Wish } from './wish.ts';
import { isCrowded, splitByZone, type Zones } from './zones.ts';

/** What is usual is measured anew so often. */
const usualForMs = 50;

export interface PickOptions extends Wish {
  /** Whom the call has already tried; they are picked again only if there is nobody else. */
  readonly exclude?: ReadonlySet<Member> | undefined;
}

/** Who gets a call, or why nobody does. */
export type Pick =
  | { readonly member: Member; readonly wait?: undefined; readonly none?: undefined }
  /** Somebody is being connected to: a change will tell. */
  | { readonly wait: true; readonly member?: undefined; readonly none?: undefined }
  | { readonly none: NoPick; readonly member?: undefined; readonly wait?: undefined };

/** There is no node; none suits the wish; no connection can be made. */
export type NoPick = 'empty' | 'unsuited' | 'unconnected';

export interface Picker {
  pick(options: PickOptions): Pick;
  /** Something changed: who can be picked is found anew before the next pick. */
  reset(): void;
}

export interface PickerOptions {
  /** Those there are, by address; the same map all the time. */
  readonly members: ReadonlyMap<string, Member>;
  readonly zone: string | undefined;
  readonly meter: ClientMeter;
  readonly now: () => number;
  readonly random: () => number;
}

/** What picks have in common until something changes. */
interface Scene extends Eligible {
  readonly zones: Zones;
  /** When it has to be looked at again although nothing was told. */
  readonly until: number;
}

/** Creates the way calls find their node. It makes nothing anew for a call that asks for nothing. */
export function createPicker({ members, zone, meter, now, random }: PickerOptions): Picker {
  let scene: Scene | undefined;
  let ejected = new Set<Member>();
  let usualMs = 0;
  let usualUntil = Number.NEGATIVE_INFINITY;

  const set = (at: number): Scene => {
    const eligible = findEligible(members.values(), at);
    const left = new Set(eligible.ejected);
    for (const member of left)
      if (!ejected.has(member)) meter.ejected(member.ejection.reason ?? 'failing');
    for (const member of ejected)
      if (!left.has(member) && members.has(member.address)) meter.readmitted();
    ejected = left;
    usualUntil = Number.NEGATIVE_INFINITY;
    let until = eligible.nextDueAt;
    for (const member of members.values()) {
      member.connect();
      until = Math.min(until, member.connectsAt);
    }
    return { ...eligible, zones: splitByZone(zone, members.values(), eligible.used), until };
  };
  const take = ({ near, far, nearShare }: Zones, at: number): Member => {
    const stays =
      far.length === 0 || (near.length > 0 && (nearShare === 1 || random() < nearShare));
    if (!stays) return choose(far, usualMs, at, random);
    const member = choose(near, usualMs, at, random);
    if (far.length === 0 || member.outstanding === 0) return member;
    const other = choose(far, usualMs, at, random);
    return isCrowded(member, other, at) ? other : member;
  };
  const measured = (member: Member): Pick => {
    meter.picked(zoneOf(member, zone));
    return member.picked;
  };
  const particular = (current: Scene, options: PickOptions, at: number): Pick => {
    const all = [...members.values()].filter(({ node }) => suits(options, node));
    const wanted = current.used.filter(({ node }) => suits(options, node));
    const untried = options.exclude
      ? wanted.filter((member) => !options.exclude?.has(member))
      : wanted;
    // Who is left out is better than nobody.
    const left = current.ejected.filter(({ node }) => suits(options, node));
    const best = untried.length > 0 ? untried : wanted.length > 0 ? wanted : left;
    if (best.length === 0) return nobody(all, members.size);
    return measured(take(splitByZone(zone, all, best), at));
  };

  return {
    pick(options) {
      const at = now();
      if (!scene || at >= scene.until) scene = set(at);
      if (at >= usualUntil) {
        usualMs = usualLatency(scene.used, at);
        usualUntil = at + usualForMs;
      }
      const tried = options.exclude !== undefined && options.exclude.size > 0;
      const due = tried ? undefined : scene.due.find(({ node }) => suits(options, node));
      if (due) {
        due.ejection.try(at);
        scene = undefined;
        return measured(due);
      }
      if (tried || isParticular(options)) return particular(scene, options, at);
      if (scene.used.length === 0) return nobody([...members.values()], members.size);
      return measured(take(scene.zones, at));
    },
    reset() {
      scene = undefined;
    },
  };
}

/** Why there is nobody among those that suit; those that wait for a call to be connected are. */
function nobody(suiting: readonly Member[], count: number): Pick {
  if (count === 0) return { none: 'empty' };
  if (suiting.length === 0) return { none: 'unsuited' };
  let waits = false;
  for (const member of suiting) {
    member.connect(true);
    if (member.state === 'idle' || member.state === 'connecting') waits = true;
  }
  return waits ? { wait: true } : { none: 'unconnected' };
}

function zoneOf(member: Member, zone: string | undefined): PickedZone {
  if (zone === undefined) return 'unknown';
  return member.zone === zone ? 'local' : 'other';
}
