import type { NodeTable } from './node-table.ts';
import type { Node } from './registry.ts';

/** Feeds a table with what pods say. */
export interface PodNodes {
  /** Takes over what a pod says now instead of before. */
  update(pod: string, before: readonly Node[], after: readonly Node[]): void;
}

/**
 * Creates the feed. Where several pods claim the same node of the same service, the first keeps it;
 * when that one is gone the next has it. So no pod can take a node out of the table but its own.
 */
export function createPodNodes(table: NodeTable): PodNodes {
  const claims = new Map<string, Map<string, Node>>();

  return {
    update(pod, before, after) {
      const touched = new Map([...before, ...after].map((node) => [keyOf(node), node]));
      const kept = new Set(after.map(keyOf));
      for (const key of touched.keys()) if (!kept.has(key)) claims.get(key)?.delete(pod);
      for (const node of after) {
        const claim = claims.get(keyOf(node)) ?? new Map<string, Node>();
        claims.set(keyOf(node), claim.set(pod, node));
      }
      for (const [key, node] of touched) {
        const [first] = claims.get(key)?.values() ?? [];
        if (first) table.set(first);
        else {
          claims.delete(key);
          table.delete(node);
        }
      }
    },
  };
}

function keyOf({ service, id }: Node): string {
  return `${service}\n${id}`;
}
