import type { Node } from '@micro/registry';
import { hashOf, type Ring } from './ring.ts';
import { isParticular, suits, type Wish } from './wish.ts';

/** Who chooses its part of a large set of nodes. */
export interface Chooser {
  /** The same for as long as it lives; where it is a node itself, that node's id. */
  readonly id: string;
  readonly zone: string | undefined;
  /** The nodes of the caller's own service, itself among them: who else chooses. Empty where that is not known. */
  readonly peers: readonly Node[];
}

/**
 * Chooses the nodes one caller connects to: all of a small set; of a large one the same each time, most of
 * them in its own zone and some in others for when that one is ill. Peers that know of each other take turns
 * around the ring, so that each node has about as many callers; the others trust in chance.
 */
export function chooseSubset(
  ring: Ring,
  { id, zone, peers }: Chooser,
  size: number,
  wish?: Wish,
): Node[] {
  const wished = wish && isParticular(wish) ? (node: Node) => suits(wish, node) : undefined;
  if (zone === undefined || ring.size <= size) return ring.part(spotOf(id, peers), size, wished);
  const isNear = (node: Node): boolean => node.metadata['zone'] === zone;
  const near = ring.part(
    spotOf(id, peers.filter(isNear)),
    size,
    (node) => isNear(node) && (wished?.(node) ?? true),
  );
  const far = ring.part(
    spotOf(id, peers),
    size - Math.min(near.length, Math.ceil(size * nearPart)),
    (node) => !isNear(node) && (wished?.(node) ?? true),
  );
  return [...near.slice(0, size - far.length), ...far];
}

/** How much of a subset is near where there are enough. */
const nearPart = 0.75;

/** Where on the ring a caller begins: its place among its peers, else wherever its id falls. */
function spotOf(id: string, peers: readonly Node[]): number {
  let before = 0;
  let isPeer = false;
  for (const peer of peers) {
    if (peer.id < id) before++;
    isPeer ||= peer.id === id;
  }
  return isPeer ? before / peers.length : hashOf(id);
}
