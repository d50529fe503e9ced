import type { Node } from '@micro/registry';
import { Member, type MemberOptions, slowStartMs } from './member.ts';
import { countMembers, type MemberCounts } from './member-counts.ts';
import { type ClientMeter, silentMeter } from './meter.ts';
import { createPicker, type Pick, type PickOptions } from './pick.ts';
import { answersGrpc } from './protocol.ts';
import { Ring } from './ring.ts';
import { chooseSubset } from './subset.ts';
import { isParticular, suits, type Wish } from './wish.ts';

/** A caller is connected to so many nodes of one service at most. */
const subsetSize = 20;
/** So many different wishes have their own nodes in sets larger than that. */
const maxWishes = 8;

export interface MembersOptions {
  /** Makes a connection; called for each node that gets one. Changes are told with their cause, where there is one. */
  readonly connect: MemberOptions['connect'];
  /** Who calls: an id that is the same for as long as the process lives, its node's id where it has one. */
  readonly clientId: string;
  /** The caller's own zone, preferred if nodes say theirs. */
  readonly zone?: string | undefined;
  /** @default one that counts nothing */
  readonly meter?: ClientMeter | undefined;
  /** How many nodes to be connected to at most. @default 20 */
  readonly size?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** What is known of a service's nodes, for the sentence when there is none to call. */
export interface Sight {
  /** As the registry shows them. */
  readonly nodes: readonly Node[];
  /** Members whose connection does not stand, among those that would do. */
  readonly unconnected: readonly Member[];
}

/** The nodes of one service as a client sees them: whom it is connected to, and who gets the next call. */
export interface Members {
  /**
   * Takes the list of nodes. Members that stay keep their connections; one that goes is not picked any more,
   * and its connection is closed once its calls are over.
   *
   * @param peers The nodes of the caller's own service, to share large sets out evenly; may be left out.
   */
  update(nodes: readonly Node[], peers?: readonly Node[]): void;
  pick(options?: PickOptions): Pick;
  /** Hears of each change that may let a call go that had to wait. Returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** The members that can be picked or soon could. */
  readonly all: Iterable<Member>;
  readonly counts: MemberCounts;
  look(wish: Wish): Sight;
  /** Closes every connection; calls on their way are for others to end. */
  close(): void;
}

export function createMembers(options: MembersOptions): Members {
  const { connect, clientId, zone, meter = silentMeter, size = subsetSize } = options;
  const { now = () => performance.now(), random = Math.random } = options;
  const ring = new Ring();
  const members = new Map<string, Member>();
  const leaving = new Map<string, Member>();
  const listeners = new Set<() => void>();
  const wishes = new Map<string, Wish>();
  let nodes: readonly Node[] = [];
  let peers: readonly Node[] = [];
  let closed = false;

  const picker = createPicker({ members, zone, meter, now, random });
  const changed = (): void => {
    picker.reset();
    for (const listener of [...listeners]) listener();
  };
  const isLate = (): boolean => {
    for (const member of members.values()) if (member.ageMs(now()) >= slowStartMs) return true;
    return false;
  };
  const add = (node: Node): void => {
    const left = leaving.get(node.address);
    leaving.delete(node.address);
    left?.update(node);
    const member =
      left ??
      new Member({
        node,
        connect,
        isLate,
        onChange: changed,
        onGone: ({ address }) => leaving.delete(address),
        now,
      });
    members.set(node.address, member);
    member.stay();
  };
  const remove = (member: Member): void => {
    members.delete(member.address);
    leaving.set(member.address, member);
    member.leave();
  };
  const follow = (): void => {
    const chosen = new Map<string, Node>();
    const chooser = { id: clientId, zone, peers };
    for (const wish of ring.size > size ? [{}, ...wishes.values()] : [{}])
      for (const node of chooseSubset(ring, chooser, size, wish)) chosen.set(node.address, node);
    for (const member of [...members.values()]) if (!chosen.has(member.address)) remove(member);
    for (const node of chosen.values()) {
      const member = members.get(node.address);
      if (member) member.update(node);
      else add(node);
    }
  };
  /** Connects to nodes that suit a wish nobody of the subset suits. @returns Whether there are any. */
  const grant = (wish: Wish): boolean => {
    if (
      closed ||
      ring.size <= size ||
      !nodes.some((node) => answersGrpc(node) && suits(wish, node))
    )
      return false;
    const key = JSON.stringify([wish.version, Object.entries(wish.labels ?? {}).sort()]);
    if (wishes.has(key)) return false;
    const [oldest] = wishes.keys();
    if (wishes.size >= maxWishes && oldest !== undefined) wishes.delete(oldest);
    wishes.set(key, wish);
    follow();
    changed();
    return true;
  };

  return {
    update(next, nextPeers = peers) {
      if (closed) return;
      nodes = next;
      peers = nextPeers;
      ring.update(next);
      follow();
      changed();
    },
    pick(pickOptions = {}) {
      const pick = picker.pick(pickOptions);
      const canGrant = pick.none === 'unsuited' && isParticular(pickOptions) && grant(pickOptions);
      return canGrant ? picker.pick(pickOptions) : pick;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get all() {
      return members.values();
    },
    get counts() {
      return countMembers(members.values(), leaving.size, now());
    },
    look(wish) {
      const unconnected = [...members.values()].filter(
        (member) => member.state !== 'ready' && suits(wish, member.node),
      );
      return { nodes, unconnected };
    },
    close() {
      closed = true;
      const all = [...members.values(), ...leaving.values()];
      members.clear();
      leaving.clear();
      for (const member of all) member.connection.close();
      changed();
      listeners.clear();
    },
  };
}
