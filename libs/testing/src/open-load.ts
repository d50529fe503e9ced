/** What became of calls. */
export interface LoadReport {
  readonly answered: number;
  /** What each call that failed was told. */
  readonly failures: readonly unknown[];
  /** From when the slowest call was due until it was over, in milliseconds. */
  readonly slowestMs: number;
  /** The longest time without an answer, in milliseconds. */
  readonly longestGapMs: number;
}

/** Calls at a fixed rate, whatever becomes of those before: a caller that waits would not notice a stall. */
export interface OpenLoad extends AsyncDisposable {
  /** Resolves after so many more answers. */
  answers(count: number): Promise<void>;
  /** Starts no more, waits for those on their way, and says how all went. */
  stop(): Promise<LoadReport>;
}

/** Calls are started in heaps where the clock is coarse, so often. */
const tickMs = 5;

/** @param call One call; what it rejects with is a failure. */
export function openLoad(perSecond: number, call: () => Promise<unknown>): OpenLoad {
  const start = performance.now();
  const failures: unknown[] = [];
  const onWay = new Set<Promise<void>>();
  let [due, answered, slowestMs, longestGapMs, lastAnswer] = [0, 0, 0, 0, start];
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  const note = (dueAt: number): void => {
    const now = performance.now();
    slowestMs = Math.max(slowestMs, now - dueAt);
    longestGapMs = Math.max(longestGapMs, now - lastAnswer);
    lastAnswer = now;
  };
  const run = async (dueAt: number): Promise<void> => {
    try {
      await call();
      answered++;
      note(dueAt);
      if (waiting && answered >= waiting.count) waiting.resolve();
    } catch (error) {
      failures.push(error);
      slowestMs = Math.max(slowestMs, performance.now() - dueAt);
    }
  };
  const timer = setInterval(() => {
    for (; due < ((performance.now() - start) / 1_000) * perSecond; due++) {
      const work: Promise<void> = run(start + (due * 1_000) / perSecond).finally(() =>
        onWay.delete(work),
      );
      onWay.add(work);
    }
  }, tickMs);

  const stop = async (): Promise<LoadReport> => {
    clearInterval(timer);
    await Promise.all(onWay);
    return { answered, failures, slowestMs, longestGapMs };
  };
  return {
    answers: (count) =>
      new Promise((resolve) => {
        waiting = { count: answered + count, resolve };
      }),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
