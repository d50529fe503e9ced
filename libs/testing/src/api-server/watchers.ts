import type { Clock } from '../clock.ts';
import { createEventStream, type EventStream, type WatchFault } from './event-stream.ts';
import type { ListOptions } from './list-options.ts';
import type { ObjectEncoding } from './object-encoding.ts';
import type { LogEntry, ObjectLog, StoredPod } from './object-log.ts';
import type { Outlet } from './outlet.ts';
import { tooNew, tooOld } from './refusals.ts';

/** What a watcher asked for. */
export interface Wish extends ListOptions {
  readonly namespace: string;
  readonly encoding: ObjectEncoding;
}

/** The open watches of the fake. */
export interface Watchers {
  readonly count: number;
  /** Answers a watch. @param fault To be shown when it has told what is there. */
  open(wish: Wish, outlet: Outlet, fault?: WatchFault): void;
  tell(entry: LogEntry): void;
  /** Sends each that wants some a bookmark of the newest version, as it does by itself each minute. */
  bookmark(): void;
  /** Shows a fault to each. */
  show(fault: WatchFault): void;
  /** Ends them as a server does that is done. */
  end(): void;
  /** Breaks their connections. */
  drop(): void;
  /** Lets them hear nothing more, without a sign: a peer that vanished. */
  mute(): void;
}

interface Watcher {
  readonly wish: Wish;
  readonly outlet: Outlet;
  readonly stream: EventStream;
  /** What it knows already. */
  readonly from: number;
}

// Those of the cacher in k8s.io/apiserver: each minute, and shortly before a watch ends.
const bookmarkPeriodMs = 60_000;
const bookmarkBeforeEndMs = 2_000;

export function createWatchers(log: ObjectLog, clock: Clock): Watchers {
  const open = new Set<Watcher>();

  const bookmark = ({ wish, stream }: Watcher, annotations?: object): void => {
    if (!wish.bookmarks) return;
    const metadata = { resourceVersion: String(log.version), ...(annotations && { annotations }) };
    const pod = { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: null }, status: {} };
    stream.send('BOOKMARK', pod);
  };
  /** Lets time do what it does to a watch, until it is closed. */
  const schedule = (watcher: Watcher): void => {
    const { outlet, stream, wish } = watcher;
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
      wish.timeoutSeconds && clock.after(wish.timeoutSeconds * 1000, () => stream.end());
    outlet.onClose(() => {
      open.delete(watcher);
      cancelBookmark();
      if (cancelEnd) cancelEnd();
    });
  };

  return {
    get count() {
      return open.size;
    },
    open(wish, outlet, fault) {
      const { namespace, encoding, initialEvents, version = 0 } = wish;
      const leaving: Outlet = {
        ...outlet,
        end() {
          // Its connection closes later; it hears nothing more from now on.
          open.delete(watcher);
          outlet.end();
        },
      };
      const stream = createEventStream(leaving, encoding);
      const from = initialEvents || version === 0 ? log.version : version;
      const watcher = { wish, outlet, stream, from };
      const refusal = initialEvents
        ? version > log.version && tooNew(version, log.version)
        : version !== 0 && version < log.oldest && tooOld(version, log.oldest);
      if (refusal) {
        stream.send('ERROR', refusal.status);
        stream.end();
        return;
      }
      open.add(watcher);
      schedule(watcher);
      if (initialEvents) {
        for (const pod of log.list(namespace)) if (wish.matches(pod)) stream.send('ADDED', pod);
        if (wish.markInitialEvents) bookmark(watcher, { 'k8s.io/initial-events-end': 'true' });
      } else for (const entry of log.since(from)) tell(watcher, entry);
      if (fault) stream.show(fault);
    },
    tell(entry) {
      for (const watcher of open) tell(watcher, entry);
    },
    bookmark() {
      for (const watcher of open) bookmark(watcher);
    },
    show(fault) {
      for (const { stream } of open) stream.show(fault);
    },
    end() {
      for (const { stream } of open) stream.end();
    },
    drop() {
      for (const { outlet } of open) outlet.reset();
    },
    mute() {
      for (const { stream } of open) stream.mute();
    },
  };
}

/** Says a write as the selector sees it: an object that begins to match is new, one that ends is gone. */
function tell({ wish, stream, from }: Watcher, { before, after, version }: LogEntry): void {
  // A watch may be from a version to come.
  if (version <= from) return;
  const sees = (pod: StoredPod | undefined): pod is StoredPod =>
    pod?.metadata.namespace === wish.namespace && wish.matches(pod);
  if (sees(after)) stream.send(sees(before) ? 'MODIFIED' : 'ADDED', after);
  else if (sees(before)) {
    // As it was when it last matched, with the version of the write that ended that.
    const metadata = { ...before.metadata, resourceVersion: String(version) };
    stream.send('DELETED', { ...before, metadata });
  }
}
