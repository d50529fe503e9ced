import type { Change, Node, View } from './registry.ts';

/** A view and the hand that feeds it. */
export interface ViewSource {
  readonly view: View;
  push(change: Change): void;
  markSynced(): void;
}

/**
 * Creates a view of one service, or of all.
 *
 * @param present The nodes it shows, as they are when asked.
 */
export function createView(
  service: string | undefined,
  present: () => readonly Node[],
  onClose: () => void,
): ViewSource {
  const listeners = new Set<(change: Change) => void>();
  const endings = new Set<() => void>();
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>();
  let snapshot: readonly Node[] | undefined;
  let closed = false;

  const view: View = {
    get nodes() {
      // Closed, it shows what it showed last.
      snapshot ??= present();
      return snapshot;
    },
    synced,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncIterator]() {
      const queue: Change[] = view.nodes.map((node) => ({ type: 'added', node }));
      // One promise for all who wait: next() may be called again before it has answered.
      let { promise: news, resolve: wake } = Promise.withResolvers<void>();
      let ended = closed;
      const unsubscribe = view.subscribe((change) => {
        queue.push(change);
        wake();
      });
      const end = (): void => {
        ended = true;
        unsubscribe();
        endings.delete(end);
        wake();
      };
      endings.add(end);
      return {
        async next(): Promise<IteratorResult<Change>> {
          for (;;) {
            if (ended) return { done: true, value: undefined };
            const change = queue.shift();
            if (change) return { done: false, value: change };
            await news;
            ({ promise: news, resolve: wake } = Promise.withResolvers<void>());
          }
        },
        async return(): Promise<IteratorResult<Change>> {
          end();
          return { done: true, value: undefined };
        },
      };
    },
    close() {
      snapshot ??= present();
      closed = true;
      markSynced(); // Nobody waits for what no longer comes.
      onClose();
      for (const end of endings) end();
      listeners.clear();
    },
  };

  return {
    view,
    markSynced,
    push(change) {
      if (service !== undefined && change.node.service !== service) return;
      snapshot = undefined;
      for (const listener of [...listeners]) {
        try {
          listener(change);
        } catch (error) {
          // The others, and the changes after this one, must not be lost to one listener's mistake.
          process.emitWarning(
            `a listener of the registry threw: ${(error as Error)?.stack ?? error}`,
          );
        }
      }
    },
  };
}
