import type { Clock, PodChange } from '@micro/kube';
import type { NodeTable } from '../node-table.ts';
import type { Node } from '../registry.ts';
import { nodesOf, type PodRecord } from './pod-record.ts';

/** Of fewer nodes than these all may go at once. */
const manyNodes = 4;
const drainMs = 5_000;

/** Feeds a table with what pods say. */
export interface PodNodes {
  /** How many nodes are shown for a moment longer. */
  readonly draining: number;
  update(changes: readonly PodChange<PodRecord>[]): void;
  stop(): void;
}

/**
 * Creates the feed. Each pod has its own nodes, told apart by its uid: what another pod says of the
 * same id takes nothing away from it.
 *
 * @param onDraining Told when all nodes of a service go at once. They are shown for 5 s more: calls
 *   that are under way may end on them, and an accident may be over by then.
 */
export function createPodNodes(
  table: NodeTable,
  clock: Clock,
  onDraining: (service: string, count: number) => void,
): PodNodes {
  const draining = new Map<string, () => void>();

  const show = ({ node, key }: Placed): void => {
    if (draining.size > 0) {
      const place = `${node.service}\n${key}`;
      draining.get(place)?.();
      draining.delete(place);
    }
    table.set(node, key);
  };
  const drain = ({ node, key }: Placed): void => {
    const place = `${node.service}\n${key}`;
    const cancel = clock.after(drainMs, () => {
      draining.delete(place);
      table.delete(node, key);
    });
    draining.set(place, cancel);
  };

  return {
    get draining() {
      return draining.size;
    },
    update(changes) {
      const shown: Placed[] = [];
      const gone: Placed[] = [];
      for (const { uid, before, after } of changes) {
        const now = place(uid, after);
        shown.push(...now);
        for (const placed of place(uid, before))
          if (!now.some((other) => isSamePlace(other, placed))) gone.push(placed);
      }
      const emptied = emptiedBy(gone, shown, table);
      for (const placed of gone) {
        if (emptied.has(placed.node.service)) drain(placed);
        else table.delete(placed.node, placed.key);
      }
      for (const placed of shown) show(placed);
      for (const [service, count] of emptied) onDraining(service, count);
    },
    stop() {
      for (const cancel of draining.values()) cancel();
      draining.clear();
    },
  };
}

/** A node and its key in the table. */
interface Placed {
  readonly node: Node;
  readonly key: string;
}

/** The nodes of a pod. The first of a service has the uid for a key, which is in memory already. */
function place(uid: string, record: PodRecord | undefined): Placed[] {
  const nodes = nodesOf(record);
  return nodes.map((node, at) => {
    const first = nodes.findIndex(({ service }) => service === node.service) === at;
    return { node, key: first ? uid : `${uid} ${node.id}` };
  });
}

function isSamePlace(a: Placed, b: Placed): boolean {
  return a.key === b.key && a.node.service === b.node.service;
}

/** The services that had many nodes and have none now, and how many they had. */
function emptiedBy(
  gone: readonly Placed[],
  shown: readonly Placed[],
  table: NodeTable,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of gone) counts.set(node.service, (counts.get(node.service) ?? 0) + 1);
  for (const { node } of shown) counts.delete(node.service);
  for (const [service, count] of counts)
    if (count < manyNodes || count < table.count(service)) counts.delete(service);
  return counts;
}
