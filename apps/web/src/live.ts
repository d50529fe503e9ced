import type { Registry, Status } from '@micro/registry';
import { type ServiceSummary, summarize } from './services.ts';

/** All there is to see at one moment. */
export interface Snapshot {
  readonly registry: {
    /** The name it is chosen by with `--registry`. */
    readonly kind: string;
    readonly status: Status;
    /** For how long the status has been what it is, in milliseconds. */
    readonly statusMs: number;
  };
  readonly services: readonly ServiceSummary[];
}

/** The registry for many who look at once: every change is put into words once for all of them. */
export interface Live {
  snapshot(): Snapshot;
  /** Calls `listener` with the snapshot's JSON after each change; returns the way to stop. */
  subscribe(listener: (json: string) => void): () => void;
  close(): void;
}

/** Changes that come closer together are told together: people read no faster. */
const betweenMs = 250;
/** A registry does not call when its status changes, so it is asked. */
const statusEveryMs = 500;

/** Follows a registry. */
export function createLive(registry: Registry): Live {
  const view = registry.watch();
  const listeners = new Set<(json: string) => void>();
  let services: ServiceSummary[] | undefined;
  let status = registry.status;
  let statusSince = performance.now();
  let toldAt = -Infinity;
  let telling: NodeJS.Timeout | undefined;

  const snapshot = (): Snapshot => {
    services ??= summarize(view.nodes);
    const statusMs = Math.round(performance.now() - statusSince);
    return { registry: { kind: registry.kind, status, statusMs }, services };
  };
  const tell = (): void => {
    telling = undefined;
    toldAt = performance.now();
    if (listeners.size === 0) return;
    const json = JSON.stringify(snapshot());
    for (const listener of listeners) listener(json);
  };
  const tellSoon = (): void => {
    telling ??= setTimeout(tell, Math.max(0, toldAt + betweenMs - performance.now())).unref();
  };

  view.subscribe(() => {
    services = undefined;
    tellSoon();
  });
  const asking = setInterval(() => {
    const { state, reason } = registry.status;
    if (state === status.state && reason === status.reason) return;
    if (state !== status.state) statusSince = performance.now();
    status = registry.status;
    tellSoon();
  }, statusEveryMs).unref();

  return {
    snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(asking);
      clearTimeout(telling);
      view.close();
    },
  };
}
