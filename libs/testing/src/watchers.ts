import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { ListOptions } from './list-options.ts';
import type { ObjectEncoding } from './object-encoding.ts';
import type { LogEntry, ObjectLog, StoredPod } from './object-log.ts';
import { tooNew, tooOld } from './refusals.ts';

/** What a watcher asked for. */
export interface Wish extends ListOptions {
  readonly namespace: string;
  readonly encoding: ObjectEncoding;
}

/** The open watches of the fake. */
export interface Watchers {
  readonly count: number;
  open(wish: Wish, response: ServerResponse): void;
  tell(entry: LogEntry): void;
  /** Sends each that wants some a bookmark of the newest version, as it does by itself each minute. */
  bookmark(): void;
  /** Ends them as a server does that is done. */
  end(): void;
  /** Breaks their connections. */
  drop(): void;
  /** Lets them hear nothing more, without a sign: a peer that vanished. */
  mute(): void;
}

interface Watcher {
  readonly wish: Wish;
  readonly response: ServerResponse;
  /** What it knows already. */
  readonly from: number;
  muted: boolean;
}

// Those of the cacher in k8s.io/apiserver: each minute, and shortly before a watch ends.
const bookmarkPeriodMs = 60_000;
const bookmarkBeforeEndMs = 2_000;

export function createWatchers(log: ObjectLog, clock: Clock): Watchers {
  const open = new Set<Watcher>();

  const bookmark = ({ wish, response, muted }: Watcher, annotations?: object): void => {
    if (!wish.bookmarks || muted || response.writableEnded) return;
    const metadata = { resourceVersion: String(log.version), ...(annotations && { annotations }) };
    const pod = { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: null }, status: {} };
    response.write(wish.encoding.event('BOOKMARK', pod));
  };
  /** It hears nothing more from then on, though its connection closes later. */
  const endWatch = (watcher: Watcher): void => {
    open.delete(watcher);
    watcher.response.end();
  };
  /** Lets time do what it does to a watch, until it is closed. */
  const schedule = (watcher: Watcher): void => {
    const { response, wish } = watcher;
    const endsAt = clock.now() + (wish.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    const bookmarkLater = (): (() => void) => {
      const untilLastMs = endsAt - clock.now() - bookmarkBeforeEndMs;
      const delayMs = untilLastMs > 0 ? Math.min(untilLastMs, bookmarkPeriodMs) : bookmarkPeriodMs;
      return clock.after(delayMs, () => {
        bookmark(watcher);
        cancelBookmark = bookmarkLater();
      });
    };
    let cancelBookmark = bookmarkLater();
    const cancelEnd =
      wish.timeoutSeconds && clock.after(wish.timeoutSeconds * 1000, () => endWatch(watcher));
    response.once('close', () => {
      open.delete(watcher);
      cancelBookmark();
      if (cancelEnd) cancelEnd();
    });
  };

  return {
    get count() {
      return open.size;
    },
    open(wish, response) {
      const { namespace, encoding, initialEvents, version = 0 } = wish;
      response.writeHead(200, { 'content-type': encoding.streamType });
      response.flushHeaders();
      const refusal = initialEvents
        ? version > log.version && tooNew(version, log.version)
        : version !== 0 && version < log.oldest && tooOld(version, log.oldest);
      if (refusal) {
        response.end(encoding.event('ERROR', refusal.status));
        return;
      }
      const from = initialEvents || version === 0 ? log.version : version;
      const watcher = { wish, response, from, muted: false };
      open.add(watcher);
      schedule(watcher);
      if (initialEvents) {
        for (const after of log.list(namespace)) tell(watcher, { version: Infinity, after });
        if (wish.markInitialEvents) bookmark(watcher, { 'k8s.io/initial-events-end': 'true' });
      } else for (const entry of log.since(from)) tell(watcher, entry);
    },
    tell(entry) {
      for (const watcher of open) if (!watcher.muted) tell(watcher, entry);
    },
    bookmark() {
      for (const watcher of open) bookmark(watcher);
    },
    end() {
      for (const watcher of open) endWatch(watcher);
    },
    drop() {
      for (const { response } of open) response.destroy();
    },
    mute() {
      for (const watcher of open) watcher.muted = true;
    },
  };
}

/** Says a write as the selector sees it: an object that begins to match is new, one that ends is gone. */
function tell({ wish, response, from }: Watcher, { before, after, version }: LogEntry): void {
  const { namespace, matches, encoding } = wish;
  const sees = (pod: StoredPod | undefined): pod is StoredPod =>
    pod?.metadata.namespace === namespace && matches(pod);
  if (version <= from) return;
  if (sees(after)) response.write(encoding.event(sees(before) ? 'MODIFIED' : 'ADDED', after));
  else if (sees(before)) {
    // As it was when it last matched, with the version of the write that ended that.
    const metadata = { ...before.metadata, resourceVersion: String(version) };
    response.write(encoding.event('DELETED', { ...before, metadata }));
  }
}
