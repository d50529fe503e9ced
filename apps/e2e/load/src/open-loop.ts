import { type Call, ratePerSecond } from './call.ts';

/** Calls that go on and on. */
export interface OpenLoop {
  /** Takes what became of the calls that ended since it was last asked. */
  take(): Call[];
  /** When the oldest call was due that has not ended, or the next one is; in milliseconds since 1970. */
  readonly ended: number;
}

/**
 * Makes a call whenever one is due, whatever became of those before. The time a call takes counts from when
 * it was due: if it waits for those before, or this process was held up, that is to be seen.
 */
export function openLoop(call: () => Promise<void>): OpenLoop {
  const everyMs = 1_000 / ratePerSecond;
  const started = now();
  const waiting = new Set<number>();
  let made = 0;
  let ended: Call[] = [];
  const nextDue = (): number => started + made * everyMs;

  const make = async (dueAt: number): Promise<void> => {
    waiting.add(dueAt);
    const failure = await call().then(
      () => undefined,
      (error: unknown) => String(error).slice(0, 250),
    );
    waiting.delete(dueAt);
    const times = [Math.round(dueAt), Math.round(now() - dueAt)] as const;
    ended.push(failure === undefined ? times : [...times, failure]);
  };
  setInterval(() => {
    for (; nextDue() <= now(); made++) void make(nextDue());
  }, everyMs);

  return {
    take() {
      const taken = ended;
      ended = [];
      return taken;
    },
    get ended() {
      const [oldest = nextDue()] = waiting;
      return Math.floor(oldest);
    },
  };
}

/** The time by a clock that nobody sets, so that no call seems long for that. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
