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
  /** The ways not to take them out, by service and key. */
  const draining = new Map<string, Map<string, () => void>>();
  /** The services that lose nodes, and how many they had when that began. */
  const losing = new Map<string, { readonly had: number; readonly cancel: () => void }>();

  const forget = (service: string, key: string): void => {
    const others = draining.get(service);
    others?.delete(key);
    if (others?.size === 0) draining.delete(service);
  };
  const show = ({ node, key }: Placed): void => {
    draining.get(node.service)?.get(key)?.();
    forget(node.service, key);
    table.set(node, key);
  };
  const drain = ({ node, key }: Placed): void => {
    const { service } = node;
    const cancel = clock.after(drainMs, () => {
      forget(service, key);
      table.delete(node, key);
    });
    const others = draining.get(service);
    if (others) others.set(key, cancel);
    else draining.set(service, new Map([[key, cancel]]));
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
    const going = draining.get(service)?.size ?? 0;
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
      return [...draining.values()].reduce((sum, { size }) => sum + size, 0);
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
      for (const cancels of draining.values()) for (const cancel of cancels.values()) cancel();
      for (const { cancel } of losing.values()) cancel();
      draining.clear();
      losing.clear();
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
  if (nodes.length <= 1) return nodes.map((node) => ({ node, key: uid }));
  return nodes.map((node, at) => {
    const first = nodes.findIndex(({ service }) => service === node.service) === at;
    return { node, key: first ? uid : `${uid} ${node.id}` };
  });
}

function isSamePlace(a: Placed, b: Placed): boolean {
  return a.key === b.key && a.node.service === b.node.service;
}
