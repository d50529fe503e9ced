import type { Registry, View } from '@micro/registry';
import { createRetryBudget, type RetryBudget } from '../balancer/budget.ts';
import type { Member } from '../balancer/member.ts';
import type { MemberCounts } from '../balancer/member-counts.ts';
import { createMembers } from '../balancer/members.ts';
import type { ClientMeter } from '../balancer/meter.ts';
import { explainAbsence } from '../balancer/no-node.ts';
import { suits, type Wish } from '../balancer/wish.ts';
import type { Tracer } from '../tracing.ts';
import type { Surroundings } from './channels.ts';
import type { Line } from './line.ts';
import { createSilenceWatch } from './silence-watch.ts';

/** A service as those who call it see it: its nodes, and what is on the way to them. */
export interface Destination {
  /** The registered name. */
  readonly service: string;
  readonly budget: RetryBudget;
  readonly meter: ClientMeter;
  readonly tracer: Tracer | undefined;
  /** How many nodes are in which state. */
  readonly counts: MemberCounts;
  /** Who gets the next call; else why there is nobody, or neither while somebody may be there soon. */
  pick(wish: Wish, tried: ReadonlySet<Member> | undefined): Picked;
  /** Calls `again` once, after the next change of what can be picked; returns the way to stop waiting. */
  onceChanged(again: () => void): () => void;
  close(): void;
}

export interface Picked {
  readonly line?: Line;
  readonly none?: string;
  /** There is nobody, and there will be nobody. */
  readonly closed?: boolean;
}

/** Follows a service in the registry from now on. */
export function createDestination(service: string, surroundings: Surroundings): Destination {
  const { registry, meter, tracer, self, zone, maxNodes, connect } = surroundings;
  const now = (): number => performance.now();
  const authority = authorityOf(service);
  const members = createMembers({
    clientId: self.id,
    zone,
    size: maxNodes,
    meter,
    now,
    connect: (address, onState) => connect(address, service, authority, onState),
  });
  const isAnother = (member: Member, wish: Wish): boolean => {
    for (const other of members.all)
      if (other !== member && other.state === 'ready' && !other.ejection.reason)
        if (suits(wish, other.node)) return true;
    return false;
  };
  const silence = createSilenceWatch({ now, isAnother });
  const waiting = new Set<() => void>();
  const view = registry.watch(service);
  let peers: View | undefined;
  let heard = false;
  let told = true;
  let closed = false;

  const take = (): void => {
    // Only a set of which each caller gets a part has to be shared out.
    if (view.nodes.length > maxNodes && self.service !== '') peers ??= registry.watch(self.service);
    members.update(view.nodes, peers?.nodes);
  };
  // Several changes at once are one.
  const update = (): void => {
    if (!told) return;
    told = false;
    setImmediate(() => {
      told = true;
      if (!closed) take();
    });
  };
  view.subscribe(update);
  // Known nodes are used before the picture is complete; that there is none is believed only then.
  take();
  void view.synced.then(() => {
    heard = true;
    update();
  });
  const wake = (): void => {
    const all = [...waiting];
    waiting.clear();
    for (const again of all) again();
  };
  members.onChange(wake);
  const services = rarely(() => servicesOf(registry), now);

  return {
    service,
    // Of its own: one service that is down shall not cost another its retries.
    budget: createRetryBudget(now),
    meter,
    tracer,
    get counts() {
      return members.counts;
    },
    pick(wish, tried) {
      if (closed) return over;
      const { member, none } = members.pick(tried ? { ...wish, exclude: tried } : wish);
      if (member) return silence.lineOf(member).picked;
      if (none === undefined || !heard) return nobodyYet;
      const sight = members.look(wish);
      return { none: explainAbsence({ service, reason: none, wish, sight, registry, services }) };
    },
    onceChanged(again) {
      waiting.add(again);
      return () => waiting.delete(again);
    },
    close() {
      view.close();
      peers?.close();
      closed = true;
      silence.close(ending);
      wake();
      members.close();
    },
  };
}

const nobodyYet: Picked = {};
const ending = 'this process makes no more calls: it is about to end';
const over: Picked = { none: ending, closed: true };

/** The last answer for a second more: many calls may fail at once, and each asks. */
function rarely<T>(ask: () => T, now: () => number): () => T {
  let last: { readonly answer: T; readonly at: number } | undefined;
  return () => {
    if (!last || now() - last.at > 1_000) last = { answer: ask(), at: now() };
    return last.answer;
  };
}

function servicesOf(registry: Registry): string[] {
  const all = registry.watch();
  const names = new Set(all.nodes.map(({ service }) => service));
  all.close();
  return [...names];
}

/** HTTP/2 has it look like a host: a strange letter, or a name that ends in a number, would be none. */
function authorityOf(service: string): string {
  return `${service.replace(/[^a-z0-9.-]/gi, '-')}.micro`;
}
