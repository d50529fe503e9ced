import type { Clock } from './clock.ts';

/** Barks once if it is not fed in time. */
export interface Watchdog {
  feed(): void;
  stop(): void;
}

/** Creates a watchdog that calls `bark` after `patienceMs` without food. */
export function createWatchdog(clock: Clock, patienceMs: number, bark: () => void): Watchdog {
  // Fed a thousand times a second, it must not set a timer each time: it looks when it last ate.
  let fed = clock.now();
  const look = (): void => {
    const left = fed + patienceMs - clock.now();
    if (left > 0) cancel = clock.after(left, look);
    else bark();
  };
  let cancel = clock.after(patienceMs, look);
  return {
    feed() {
      fed = clock.now();
    },
    stop: () => cancel(),
  };
}
