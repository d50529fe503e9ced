import type { Clock } from '../clock.ts';
import type { Outlet } from './outlet.ts';

/** Breaks the connection in the middle of what is written first. */
export function cutOutlet(outlet: Outlet): Outlet {
  let cut = false;
  return {
    ...outlet,
    write(bytes) {
      if (cut) return;
      cut = true;
      outlet.write(bytes.subarray(0, Math.floor(bytes.length / 2)), outlet.reset);
    },
    end() {
      if (!cut) outlet.end();
    },
  };
}

/** Sends headers and then nothing more. */
export function stallingOutlet(outlet: Outlet): Outlet {
  return { ...outlet, write() {}, end() {} };
}

/** Sends each byte by itself. */
export function bytewiseOutlet(outlet: Outlet): Outlet {
  return pacedOutlet(outlet, 1, (next) => {
    const turn = setImmediate(next);
    return () => clearImmediate(turn);
  });
}

/** Sends no more than `bytesPerSecond`, ten times a second or byte by byte. */
export function slowOutlet(outlet: Outlet, clock: Clock, bytesPerSecond: number): Outlet {
  const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / 10));
  const pauseMs = (pieceBytes / bytesPerSecond) * 1000;
  return pacedOutlet(outlet, pieceBytes, (next) => clock.after(pauseMs, next));
}

/** @param pause Calls back after a while, unless it is cancelled. */
function pacedOutlet(
  outlet: Outlet,
  pieceBytes: number,
  pause: (next: () => void) => () => void,
): Outlet {
  // The first is being done.
  const queue: (() => void)[] = [];
  let cancel = (): void => {};
  const run = (): void => {
    queue[0]?.();
    cancel = pause(() => {
      queue.shift();
      if (queue.length > 0) run();
    });
  };
  outlet.onClose(() => cancel());
  const add = (task: () => void): void => {
    if (queue.push(task) === 1) run();
  };

  return {
    ...outlet,
    write(bytes) {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        add(() => outlet.write(bytes.subarray(at, at + pieceBytes)));
    },
    end: () => add(outlet.end),
  };
}
