import type { Socket } from 'node:net';
import type { Clock } from './clock.ts';

/** What happens on the way. */
export interface Harm {
  /** Nothing arrives. */
  readonly lost: boolean;
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

const maxWaitingBytes = 64 * 1024;

/**
 * Carries bytes, the end and a reset from one socket to another, each with the harm that is done when
 * it comes. Once something was lost, nothing arrives any more: the rest would make no sense.
 */
export function pump(from: Socket, to: Socket, harm: () => Harm, clock: Clock): void {
  const waiting: (() => void)[] = [];
  let waitingBytes = 0;
  let freeAt = 0;
  let broken = false;

  const deliver = (action: () => void, bytes: number): void => {
    const { latencyMs, bytesPerSecond } = harm();
    const now = clock.now();
    const at = Math.max(now + latencyMs, freeAt);
    freeAt = at + (bytes / bytesPerSecond) * 1000;
    if (at === now && waiting.length === 0) {
      action();
      return;
    }
    waitingBytes += bytes;
    if (waitingBytes > maxWaitingBytes) from.pause();
    waiting.push(() => {
      waitingBytes -= bytes;
      if (waitingBytes <= maxWaitingBytes) from.resume();
      action();
    });
    // In the order they came, whichever timer is first.
    clock.after(at - now, () => waiting.shift()?.());
  };
  const write = (bytes: Buffer): void => {
    if (to.destroyed || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  const passes = (): boolean => {
    broken ||= harm().lost;
    return !broken;
  };

  from.on('data', (chunk: Buffer) => {
    if (!passes()) return;
    const { bytesPerSecond } = harm();
    const pieceBytes = Math.max(1, Math.min(chunk.length, Math.floor(bytesPerSecond / 10)));
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      deliver(() => write(piece), piece.length);
    }
  });
  from.on('end', () => {
    if (passes()) deliver(() => to.end(), 0);
  });
  from.on('error', () => {
    if (passes()) deliver(() => reset(to), 0);
  });
}

/** Resets a connection; one over a path, which knows no reset, is closed, for Node.js throws there. */
export function reset(socket: Socket): void {
  if (socket.remoteFamily) socket.resetAndDestroy();
  else socket.destroy();
}
