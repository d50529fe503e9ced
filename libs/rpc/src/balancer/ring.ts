import type { Node } from '@micro/registry';
import { answersGrpc } from './protocol.ts';

interface Entry {
  readonly address: string;
  readonly hash: number;
  node: Node;
  /** The update that named it last. */
  update: number;
}

/**
 * The callable nodes of a service, one an address, ordered by their addresses' hashes and kept by
 * difference: in 10 000 nodes one change costs less than sorting them would.
 */
export class Ring {
  readonly #entries = new Map<string, Entry>();
  #order: Entry[] = [];
  #updates = 0;

  get size(): number {
    return this.#order.length;
  }

  /** Takes the whole list. Of several registrations of one address the last one counts. */
  update(nodes: readonly Node[]): void {
    const update = ++this.#updates;
    const added: Entry[] = [];
    let kept = 0;
    for (const node of nodes) {
      if (!answersGrpc(node)) continue;
      const { address } = node;
      const known = this.#entries.get(address);
      if (!known) {
        const entry = { address, hash: hashOf(address), node, update };
        this.#entries.set(address, entry);
        added.push(entry);
        continue;
      }
      known.node = node;
      if (known.update === update) continue;
      known.update = update;
      kept++;
    }
    if (kept < this.#order.length) {
      for (const entry of this.#order)
        if (entry.update !== update) this.#entries.delete(entry.address);
      this.#order = this.#order.filter((entry) => entry.update === update);
    }
    if (added.length > 0) this.#order = merge(this.#order, added.sort(byHash));
  }

  /**
   * A part of the ring: `count` nodes after each other, beginning at a place.
   *
   * @param spot From 0 to below 1: where on the ring, as a share of its nodes. Callers spread evenly give each
   *   node the same number of callers, and a node more or less moves at most two of a caller's nodes.
   * @param suits Leaves others out, as if they were not on the ring.
   */
  part(spot: number, count: number, suits?: (node: Node) => boolean): Node[] {
    const among = suits ? this.#order.filter(({ node }) => suits(node)) : this.#order;
    const start = Math.floor(spot * among.length);
    const part = among.slice(start, start + count);
    return [...part, ...among.slice(0, Math.min(start, count - part.length))].map(
      ({ node }) => node,
    );
  }
}

/** A place on a ring for a text: FNV-1a, its bits mixed as MurmurHash3 does, from 0 to below 1. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function byHash(a: Entry, b: Entry): number {
  return a.hash - b.hash || (a.address < b.address ? -1 : 1);
}

function merge(one: readonly Entry[], two: readonly Entry[]): Entry[] {
  const merged: Entry[] = [];
  let next = 0;
  for (const entry of one) {
    for (; ; next++) {
      const other = two[next];
      if (!other || byHash(entry, other) < 0) break;
      merged.push(other);
    }
    merged.push(entry);
  }
  for (; next < two.length; next++) merged.push(two[next] as Entry);
  return merged;
}
