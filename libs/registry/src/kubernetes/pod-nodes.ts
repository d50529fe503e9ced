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
 * When a service of many loses more than half of its nodes within 5 s, the others that go are shown
 * for 5 s more: calls may end on them, and an accident may be over by then.
 *
 * @param onDraining Told of that service, once, and how many nodes it had.
 */
export function createPodNodes(
  table: NodeTable,
  clock: Clock,
  onDraining: (service: string, count: number) => void,
): PodNodes {
  const draining = new Map<string, Draining>();
  /** The services that lose nodes, and how many they had when that began. */
  const losing = new Map<string, { readonly had: number; readonly cancel: () => void }>();

  const show = ({ node, key }: Placed): void => {
    if (draining.size > 0) {
      const place = placeOf(node, key);
      draining.get(place)?.cancel();
      draining.delete(place);
    }
    table.set(node, key);
  };
  const drain = ({ node, key }: Placed): void => {
    const place = placeOf(node, key);
    const cancel = clock.after(drainMs, () => {
      draining.delete(place);
      table.delete(node, key);
    });
    draining.set(place, { service: node.service, cancel });
  };
  /** How many nodes a service had before it began to lose some, not long ago. */
  const hadBefore = (service: string): number => {
    const known = losing.get(service);
    if (known) return known.had;
    const had = table.count(service);
    if (had < manyNodes) return had;
    const cancel = clock.after(drainMs, () => losing.delete(service));
    losing.set(service, { had, cancel });
    return had;
  };
  const remove = (placed: Placed): void => {
    const { service } = placed.node;
    const had = hadBefore(service);
    const going = [...draining.values()].filter((entry) => entry.service === service).length;
    const left = table.count(service) - going - 1;
    if (had < manyNodes || left * 2 >= had) {
      table.delete(placed.node, placed.key);
      return;
    }
    if (going === 0) onDraining(service, had);
    drain(placed);
  };

  return {
    get draining() {
      return draining.size;
    },
    update(changes) {
      for (const { uid, before, after } of changes) {
        const now = place(uid, after);
        for (const placed of place(uid, before))
          if (!now.some((other) => isSamePlace(other, placed))) remove(placed);
        for (const placed of now) show(placed);
      }
    },
    stop() {
      for (const { cancel } of [...draining.values(), ...losing.values()]) cancel();
      draining.clear();
      losing.clear();
    },
  };
}

interface Draining {
  readonly service: string;
  readonly cancel: () => void;
}

/** A node and its key in the table. */
interface Placed {
  readonly node: Node;
  readonly key: string;
}

/** The nodes of a pod. The first of a service has the uid for a key, which is in memory already. */
function place(uid: string, record: PodRecord | undefined): Placed[] {
  const nodes = nodesOf(record);
  if (nodes.length <= 1) return nodes.map((node) => ({ node, key: uid }));
  return nodes.map((node, at) => {
    const first = nodes.findIndex(({ service }) => service === node.service) === at;
    return { node, key: first ? uid : `${uid} ${node.id}` };
  });
}

function isSamePlace(a: Placed, b: Placed): boolean {
  return a.key === b.key && a.node.service === b.node.service;
}

function placeOf({ service }: Node, key: string): string {
  return `${service}\n${key}`;
}
