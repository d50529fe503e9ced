import type { ServerResponse } from 'node:http';
import type { Collection, Range } from './collection.ts';
import type { PodEvent } from './emitter.ts';
import { describePod, listVersion } from './pod.ts';

/** The watches that are open. */
export interface Watches {
  /** Answers a watch: what came before, then every event of its pods until it hangs up. */
  open(collection: Collection, range: Range, response: ServerResponse, initial: boolean): void;
  /** Tells all who watch that pod. */
  tell(event: PodEvent, sentAtUs: number): void;
}

interface Watch {
  readonly collection: Collection;
  readonly range: Range;
  readonly response: ServerResponse;
}

export function createWatches(port: number): Watches {
  const open = new Set<Watch>();
  let version = listVersion;

  return {
    open(collection, range, response, initial) {
      const watch = { collection, range, response };
      response.writeHead(200, { 'content-type': collection.encoding.watchMediaType });
      response.flushHeaders();
      if (initial) for (const part of collection.initialEvents(range)) response.write(part);
      open.add(watch);
      response.once('close', () => open.delete(watch));
    },
    tell({ index, running }, sentAtUs) {
      version++;
      const texts = {
        ...describePod(index, port),
        version: String(version),
        sentAt: String(sentAtUs % 1e10).padStart(10, '0'),
        // Not eligible, and as long as Running.
        phase: running ? 'Running' : 'Pending',
      };
      for (const { collection, range, response } of open) {
        if (index < range.start || index >= range.end) continue;
        response.write(collection.encoding.modified(texts));
      }
    },
  };
}
