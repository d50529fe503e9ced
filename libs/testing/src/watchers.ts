import type { ServerResponse } from 'node:http';
import { tooOld } from './api-status.ts';
import type { Labels } from './label-selector.ts';
import type { LogEntry, ObjectLog, StoredPod } from './object-log.ts';

/** What a watcher asked for. */
export interface Wish {
  readonly namespace: string;
  readonly matches: (labels: Labels | undefined) => boolean;
  /** Absent or 0: begin with what is there. */
  readonly from: number;
  readonly bookmarks: boolean;
  readonly timeoutSeconds?: number;
}

/** The open watches of the fake. */
export interface Watchers {
  readonly count: number;
  open(wish: Wish, response: ServerResponse): void;
  tell(entry: LogEntry): void;
  /** Sends each a bookmark of the newest version. */
  bookmark(): void;
  /** Ends them as a server does that is done. */
  end(): void;
  /** Breaks their connections. */
  drop(): void;
  /** Lets them hear nothing more, without a sign: a peer that vanished. */
  mute(): void;
}

export function createWatchers(log: ObjectLog): Watchers {
  const open = new Set<{ wish: Wish; response: ServerResponse; muted: boolean }>();

  const bookmark = (response: ServerResponse): void =>
    send(response, 'BOOKMARK', {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(log.version) },
    });

  return {
    get count() {
      return open.size;
    },
    open(wish, response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      if (wish.from !== 0 && wish.from < log.oldest) {
        send(response, 'ERROR', tooOld(wish.from, log.oldest).status);
        response.end();
        return;
      }
      const watcher = { wish, response, muted: false };
      open.add(watcher);
      const timer =
        wish.timeoutSeconds && setTimeout(() => response.end(), wish.timeoutSeconds * 1000);
      response.once('close', () => {
        open.delete(watcher);
        clearTimeout(timer || undefined);
      });
      if (wish.from === 0)
        for (const after of log.list(wish.namespace)) tell(watcher, { version: 0, after });
      else for (const entry of log.since(wish.from)) tell(watcher, entry);
    },
    tell(entry) {
      for (const watcher of open) if (!watcher.muted) tell(watcher, entry);
    },
    bookmark() {
      for (const { wish, response, muted } of open)
        if (wish.bookmarks && !muted) bookmark(response);
    },
    end() {
      for (const { response } of open) response.end();
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
function tell({ wish, response }: { wish: Wish; response: ServerResponse }, entry: LogEntry): void {
  const sees = (pod: StoredPod | undefined): pod is StoredPod =>
    pod?.metadata.namespace === wish.namespace && wish.matches(pod.metadata.labels);
  const { before, after, version } = entry;
  if (sees(after)) send(response, sees(before) ? 'MODIFIED' : 'ADDED', after);
  else if (sees(before))
    // As it was when it last matched, with the version of the write that ended that.
    send(response, 'DELETED', {
      ...before,
      metadata: { ...before.metadata, resourceVersion: String(version) },
    });
}

function send(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}
