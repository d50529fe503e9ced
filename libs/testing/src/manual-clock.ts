/** A clock that stands still until it is moved. */
export interface ManualClock {
  now(): number;
  after(delayMs: number, callback: () => void): () => void;
  /** Goes forward, calling back in order what falls due. */
  advance(ms: number): void;
  /** How many callbacks wait. */
  readonly waiting: number;
}

/** Creates a clock at 0. */
export function createManualClock(): ManualClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  let now = 0;

  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].sort((a, b) => a.at - b.at).find((timer) => timer.at <= end);
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = end;
    },
    get waiting() {
      return timers.size;
    },
  };
}
