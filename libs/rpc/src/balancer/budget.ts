/** Of the calls of the last seconds so many in a hundred may be made once more, and a few whatever the calls. */
const percent = 20;
const perSecond = 10;
/** How many seconds count as the last ones, as in Linkerd's budget. */
const seconds = 10;

/**
 * How much of its traffic a client may repeat, so that retries do not bring down what is weak: in
 * any ten seconds a fifth of the calls, and ten a second more.
 */
export interface RetryBudget {
  /** A call was made, not counting its retries. */
  called(): void;
  /** Takes leave for one retry; false if there is none. */
  take(): boolean;
}

/** @param now Milliseconds of a clock that only goes forward. */
export function createRetryBudget(now: () => number): RetryBudget {
  const calls = new Float64Array(seconds);
  const retries = new Float64Array(seconds);
  let second = Math.floor(now() / 1_000);
  let allCalls = 0;
  let allRetries = 0;

  /** @returns The slot of this second; those that are too old are emptied on the way. */
  const slot = (): number => {
    const current = Math.floor(now() / 1_000);
    for (second = Math.max(second, current - seconds); second < current; ) {
      second++;
      const old = second % seconds;
      allCalls -= calls[old] ?? 0;
      allRetries -= retries[old] ?? 0;
      calls[old] = 0;
      retries[old] = 0;
    }
    return second % seconds;
  };

  return {
    called() {
      const current = slot();
      calls[current] = (calls[current] ?? 0) + 1;
      allCalls++;
    },
    take() {
      const current = slot();
      if (allRetries >= (allCalls * percent) / 100 + perSecond * seconds) return false;
      retries[current] = (retries[current] ?? 0) + 1;
      allRetries++;
      return true;
    },
  };
}
