import type { Clock } from '@micro/kube';

/** What was written is put back at most so often. */
const pauseMs = 10_000;
/** So that a fleet whose labels somebody removed at once does not write at once. */
const spreadMs = 1_000;
/** Who changes it that often means it. */
const maxRepairs = 5;
/** After so long without a repair the count begins anew. */
const peaceMs = 600_000;

/** Puts back what others change, for as long as that makes sense. */
export interface DriftRepair {
  /** It is not as it should be. */
  drifted(): void;
  /** It is as it should be. */
  settled(): void;
  stop(): void;
}

export interface DriftRepairOptions {
  /** Puts it back. Where that fails it is tried again, and not counted. */
  readonly repair: () => Promise<void>;
  /** Told when it gives up, for ten minutes: somebody else insists. */
  readonly onGiveUp: (repairs: number) => void;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export function createDriftRepair(options: DriftRepairOptions): DriftRepair {
  const { repair, onGiveUp, clock, random } = options;
  let repairs = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let givenUp = false;
  let stopped = false;

  const run = async (): Promise<void> => {
    cancel = undefined;
    lastAt = clock.now();
    try {
      await repair();
      repairs++;
    } catch {
      if (!stopped) drifted();
    }
  };
  const drifted = (): void => {
    if (cancel) return;
    const sinceMs = clock.now() - lastAt;
    if (sinceMs > peaceMs) {
      repairs = 0;
      givenUp = false;
    }
    if (repairs < maxRepairs) {
      const delayMs = Math.max(pauseMs - sinceMs, 0) + random() * spreadMs;
      cancel = clock.after(delayMs, () => void run());
    } else if (!givenUp) {
      givenUp = true;
      onGiveUp(repairs);
    }
  };

  return {
    drifted,
    settled() {
      cancel?.();
      cancel = undefined;
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
