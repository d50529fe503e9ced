import type { Clock } from './clock.ts';

/** Barks once if it is not fed in time. */
export interface Watchdog {
  feed(): void;
  stop(): void;
}

/** Creates a watchdog that calls `bark` after `patienceMs` without food. */
export function createWatchdog(clock: Clock, patienceMs: number, bark: () => void): Watchdog {
  let cancel = clock.after(patienceMs, bark);
  return {
    feed() {
      cancel();
      cancel = clock.after(patienceMs, bark);
    },
    stop: () => cancel(),
  };
}
