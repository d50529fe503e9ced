/** What else runs in the process waits for so long at most, and for the packet that was begun. */
const turnMs = 10;
/** Rests three times as long as it read: a quarter of a core, however much comes. */
const rest = 3;
const maxWaitingBytes = 4 * 1024 * 1024;
/** About what the runtime needs to keep a packet, beside its bytes. */
const overheadBytes = 1_024;

/** Where packets wait to be read, so that a flood of them leaves the process its time and memory. */
export interface Inbox<T> {
  push(item: T): void;
  /** Drops what waits. */
  close(): void;
}

/**
 * Reads one after the other, in turns. A thousand plain packets a second need no wait; the largest
 * take 4 ms each.
 *
 * @param onFull Told of each packet that finds no room and is dropped.
 */
export function createInbox<T extends { readonly packet: Buffer }>(
  read: (item: T) => void,
  onFull: (item: T) => void,
): Inbox<T> {
  const waiting: T[] = [];
  let waitingBytes = 0;
  let restedAt = 0;
  let turn: NodeJS.Timeout | undefined;

  const sizeOf = ({ packet }: T): number => packet.length + overheadBytes;
  const takeTurn = (): void => {
    const startedAt = performance.now();
    let spentMs = 0;
    while (spentMs < turnMs) {
      const item = waiting.shift();
      if (!item) break;
      waitingBytes -= sizeOf(item);
      read(item);
      spentMs = performance.now() - startedAt;
    }
    restedAt = startedAt + spentMs * (1 + rest);
    turn = undefined;
    schedule();
  };
  const schedule = (): void => {
    if (waiting.length > 0)
      turn ??= setTimeout(takeTurn, Math.max(0, restedAt - performance.now()));
  };

  return {
    push(item) {
      if (waitingBytes + sizeOf(item) > maxWaitingBytes) return onFull(item);
      waitingBytes += sizeOf(item);
      waiting.push(item);
      schedule();
    },
    close() {
      clearTimeout(turn);
      waiting.length = 0;
    },
  };
}
