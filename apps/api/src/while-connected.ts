import type { EventEmitter } from 'node:events';

/** A signal that aborts when the client leaves before it was answered. */
export function whileConnected({
  raw,
}: {
  raw: EventEmitter & { writableFinished: boolean };
}): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
