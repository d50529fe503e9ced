/** Finds out that the event loop stood still: no call was answered meanwhile, and others may follow soon. */
export interface LoopDelay {
  start(): void;
  /** What is wrong, while it is or was lately. */
  trouble(): string | undefined;
  close(): void;
}

export interface LoopDelayOptions {
  /** Runs from time to time, in between which the loop may have stood still. */
  readonly onLook: () => void;
  /** Standing still for so long is trouble. @default 1000 */
  readonly stillMs?: number;
  /** So long after it all is well again, unless it happens again. @default 2000 */
  readonly wellAfterMs?: number;
}

/** A stop is seen longer than it was by so much at most, and never shorter. */
const lookEveryMs = 250;

/** By a timer that is late when the loop stands still: Node's own histogram of it costs a timer each 10 ms. */
export function createLoopDelay(options: LoopDelayOptions): LoopDelay {
  const { onLook, stillMs = 1_000, wellAfterMs = 2_000 } = options;
  const everyMs = Math.min(lookEveryMs, stillMs / 4);
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = 0;
  let stoodMs = 0;
  let wellAt = 0;

  const look = (): void => {
    const now = performance.now();
    if (now - lookedAt > stillMs) {
      stoodMs = now - lookedAt;
      wellAt = now + wellAfterMs;
    }
    lookedAt = now;
  };

  return {
    start() {
      lookedAt = performance.now();
      timer ??= setInterval(() => {
        look();
        onLook();
      }, everyMs).unref();
    },
    trouble() {
      // Who asks right after a stop may come before the timer does.
      if (timer) look();
      if (performance.now() >= wellAt) return undefined;
      return `the event loop stood still for ${(stoodMs / 1_000).toFixed(1)} s`;
    },
    close() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
