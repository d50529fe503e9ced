import { sameNode } from './node.ts';
import type { Change, Node, View } from './registry.ts';
import { createView, type ViewSource } from './view.ts';

/**
 * The picture all forms of the registry share: who is where as last heard, and the views over it.
 * What is the same is not a change, so a source may say things as often as it likes.
 *
 * A node is told apart by its service and a key, by default its id. A source that can't trust ids
 * to be unique brings a key of its own.
 */
export interface NodeTable {
  readonly nodes: Iterable<Node>;
  /** How many nodes a service has. */
  count(service: string): number;
  set(node: Node, key?: string): void;
  delete(node: Pick<Node, 'service' | 'id'>, key?: string): void;
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
  const services = new Map<string, Map<string, Node>>();
  const sources = new Set<ViewSource>();
  let synced = false;

  const publish = (change: Change): void => {
    for (const source of sources) source.push(change);
  };
  const set = (node: Node, key = node.id): void => {
    const known = services.get(node.service);
    const before = known?.get(key);
    if (before && sameNode(before, node)) return;
    if (known) known.set(key, node);
    else services.set(node.service, new Map([[key, node]]));
    publish({ type: before ? 'updated' : 'added', node });
  };
  const remove = ({ service, id }: Pick<Node, 'service' | 'id'>, key = id): void => {
    const nodes = services.get(service);
    const before = nodes?.get(key);
    if (!nodes || !before) return;
    nodes.delete(key);
    if (nodes.size === 0) services.delete(service);
    publish({ type: 'removed', node: before });
  };
  const present = (service: string | undefined): Node[] =>
    service === undefined
      ? [...services.values()].flatMap((nodes) => [...nodes.values()])
      : [...(services.get(service)?.values() ?? [])];

  return {
    get nodes() {
      return present(undefined);
    },
    count: (service) => services.get(service)?.size ?? 0,
    set,
    delete: remove,
    replace(nodes) {
      const wanted = [...nodes];
      const kept = new Set(wanted.map(({ service, id }) => `${service}\n${id}`));
      for (const node of present(undefined))
        if (!kept.has(`${node.service}\n${node.id}`)) remove(node);
      for (const node of wanted) set(node);
    },
    markSynced() {
      synced = true;
      for (const source of sources) source.markSynced();
    },
    view(service, onClose) {
      const source = createView(
        service,
        () => present(service),
        () => {
          sources.delete(source);
          onClose?.();
        },
      );
      sources.add(source);
      if (synced) source.markSynced();
      return source.view;
    },
    close() {
      for (const source of sources) source.view.close();
    },
  };
}
