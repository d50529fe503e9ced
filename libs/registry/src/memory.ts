import { checkNode, keyOf } from './node.ts';
import { createNodeTable, type NodeTable } from './node-table.ts';
import type { Node, Registry, View } from './registry.ts';

/**
 * A registry within one process, for tests and for programs that are one process.
 *
 * @param table Shared by the registries that shall see each other.
 */
export function createMemoryRegistry(table: NodeTable = createNodeTable()): Registry {
  const expiries = new Map<string, NodeJS.Timeout>();
  const keep = (node: Node): void => {
    clearTimeout(expiries.get(keyOf(node)));
    expiries.delete(keyOf(node));
  };
  const views = new Set<View>();
  table.markSynced();

  return {
    kind: 'memory',
    expires: true,
    status: { state: 'synced' },
    async register(node, { ttlMs } = {}) {
      checkNode(node);
      keep(node);
      if (ttlMs !== undefined)
        expiries.set(keyOf(node), setTimeout(() => table.delete(node), ttlMs).unref());
      table.set(node);
    },
    async deregister(node) {
      keep(node);
      table.delete(node);
    },
    watch(service) {
      const view = table.view(service, () => views.delete(view));
      views.add(view);
      return view;
    },
    async close() {
      for (const view of views) view.close();
      for (const timer of expiries.values()) clearTimeout(timer);
    },
  };
}
