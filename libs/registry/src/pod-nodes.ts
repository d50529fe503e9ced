import type { Clock, PodChange } from '@micro/kube';
import type { NodeTable } from './node-table.ts';
import { nodesOf, type PodRecord } from './pod-record.ts';
import type { Node } from './registry.ts';

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

  const show = (place: string, { node, key }: Placed): void => {
    draining.get(place)?.();
    draining.delete(place);
    table.set(node, key);
  };
  const drain = (place: string, { node, key }: Placed): void => {
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
      const after = placed(changes.map(({ uid, after }) => [uid, after]));
      const gone = placed(changes.map(({ uid, before }) => [uid, before]));
      for (const place of after.keys()) gone.delete(place);
      const emptied = emptiedBy(gone, after, table);
      for (const [place, entry] of gone) {
        if (emptied.has(entry.node.service)) drain(place, entry);
        else table.delete(entry.node, entry.key);
      }
      for (const [place, entry] of after) show(place, entry);
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

function placed(records: readonly (readonly [uid: string, PodRecord | undefined])[]) {
  const places = new Map<string, Placed>();
  for (const [uid, record] of records)
    for (const node of nodesOf(record)) {
      // The first has the uid itself for a key, which is in memory already.
      const first = !places.has(`${node.service}\n${uid}`);
      const key = first ? uid : `${uid} ${node.id}`;
      places.set(`${node.service}\n${key}`, { node, key });
    }
  return places;
}

/** The services that had many nodes and have none now, and how many they had. */
function emptiedBy(
  gone: ReadonlyMap<string, Placed>,
  after: ReadonlyMap<string, Placed>,
  table: NodeTable,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of gone.values())
    counts.set(node.service, (counts.get(node.service) ?? 0) + 1);
  for (const { node } of after.values()) counts.delete(node.service);
  for (const [service, count] of counts)
    if (count < manyNodes || count < table.count(service)) counts.delete(service);
  return counts;
}
