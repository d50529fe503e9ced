import { keyOf, sameNode } from './node.ts';
import type { Change, Node, View } from './registry.ts';
import { createView, type ViewSource } from './view.ts';

/**
 * The picture all forms of the registry share: who is where as last heard, and the views over it.
 * What is the same is not a change, so a source may say things as often as it likes.
 */
export interface NodeTable {
  readonly nodes: Iterable<Node>;
  set(node: Node): void;
  delete(node: Pick<Node, 'service' | 'id'>): void;
  /** Makes the table equal to `nodes`, as changes. */
  replace(nodes: Iterable<Node>): void;
  /** Says that the picture is complete: views' `synced` resolves. */
  markSynced(): void;
  /** @param onClose Told when the view is closed, by whomever. */
  view(service?: string, onClose?: () => void): View;
  /** Ends every view. */
  close(): void;
}

export function createNodeTable(): NodeTable {
  const table = new Map<string, Node>();
  const sources = new Set<ViewSource>();
  let synced = false;

  const publish = (change: Change): void => {
    for (const source of sources) source.push(change);
  };
  const set = (node: Node): void => {
    const key = keyOf(node);
    const before = table.get(key);
    if (before && sameNode(before, node)) return;
    table.set(key, node);
    publish({ type: before ? 'updated' : 'added', node });
  };
  const remove = (node: Pick<Node, 'service' | 'id'>): void => {
    const before = table.get(keyOf(node));
    if (!before) return;
    table.delete(keyOf(node));
    publish({ type: 'removed', node: before });
  };

  return {
    get nodes() {
      return table.values();
    },
    set,
    delete: remove,
    replace(nodes) {
      const wanted = new Map([...nodes].map((node) => [keyOf(node), node]));
      for (const [key, node] of table) if (!wanted.has(key)) remove(node);
      for (const node of wanted.values()) set(node);
    },
    markSynced() {
      synced = true;
      for (const source of sources) source.markSynced();
    },
    view(service, onClose) {
      const source = createView(service, table.values(), () => {
        sources.delete(source);
        onClose?.();
      });
      sources.add(source);
      if (synced) source.markSynced();
      return source.view;
    },
    close() {
      for (const source of sources) source.view.close();
    },
  };
}
