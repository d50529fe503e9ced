import type { EjectionReason } from './meter.ts';

/** So many failures in a row, and no answer between, are no chance. */
const maxFailures = 5;
/** How long a node is spared the first time, and the longest. */
const firstMs = 30_000;
const longestMs = 300_000;
/** After so long a failure weighs nothing any more. */
const forgivenMs = 1_000;

/**
 * What speaks against giving a node calls: that they fail, or that nothing comes from it. It judges
 * one node alone; whether a bad one really is left out depends on the others (`eligible.ts`).
 *
 * A failing node is tried out with one call after 30 s, after twice as long the next time and so
 * on up to 5 min; times count as the next ones until it has been well for 5 min. A silent one
 * is back as soon as it is heard.
 */
export class Ejection {
  #failures = 0;
  #times = 0;
  #failing = false;
  #silent = false;
  #trying = false;
  /** When it was found failing; when it was found well again. */
  #since = 0;
  #wellSince = Number.NEGATIVE_INFINITY;
  #dueAt = 0;
  #failedAt = 0;
  #sheds = 0;
  #shedAt = 0;

  /** How many calls failed since the last that did not. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * How many failures and refusals count against it now: each second without another one forgives one, or a
   * node that failed once would get no call while others have nothing to do.
   */
  weight(now: number): number {
    const failures = Math.max(0, this.#failures - (now - this.#failedAt) / forgivenMs);
    return failures + Math.max(0, this.#sheds - (now - this.#shedAt) / forgivenMs);
  }

  /** Why it is bad; undefined while it is not. */
  get reason(): EjectionReason | undefined {
    if (this.#silent) return 'silent';
    return this.#failing ? 'failing' : undefined;
  }

  /** When it may be tried out with one call, on the same clock; Infinity while it may not. */
  get dueAt(): number {
    return this.#failing && !this.#silent ? this.#dueAt : Number.POSITIVE_INFINITY;
  }

  /** The next call is the one that tries it out; if nothing is heard of that, another one does in 30 s. */
  try(now: number): void {
    this.#trying = true;
    this.#dueAt = now + firstMs;
  }

  /**
   * Takes how a call ended: the node answered, be it with an error of its own, its connection failed it, or
   * there is no telling.
   *
   * @param started When the call was begun: what began before the node was found failing says nothing new.
   * @returns Whether `reason` or `dueAt` is another now.
   */
  ended(outcome: Outcome, started: number, now: number): boolean {
    if (outcome === 'shed') {
      this.#sheds = Math.min(this.#sheds + 1, maxFailures);
      this.#shedAt = now;
    }
    const news = !this.#failing || started >= this.#since;
    if (!news) return false;
    const tried = this.#trying;
    this.#trying = false;
    if (outcome === 'cancelled' || outcome === 'shed') {
      if (tried) this.#dueAt = now;
      return tried;
    }
    if (outcome === 'answered') {
      const wasFailing = this.#failing;
      this.#failures = 0;
      this.#failing = false;
      if (wasFailing) this.#wellSince = now;
      return wasFailing;
    }
    this.#failures++;
    this.#failedAt = now;
    if (this.#failing ? !tried : this.#failures < maxFailures) return false;
    this.#times = !this.#failing && now - this.#wellSince >= longestMs ? 1 : this.#times + 1;
    this.#failing = true;
    this.#since = now;
    this.#dueAt = now + Math.min(firstMs * this.#times, longestMs);
    return true;
  }

  /** @returns Whether that is news. */
  silence(): boolean {
    const news = !this.#silent;
    this.#silent = true;
    return news;
  }

  /** @returns Whether that is news. */
  heard(): boolean {
    const news = this.#silent;
    this.#silent = false;
    return news;
  }

  /** Its connection is a new one, perhaps to a new process: it may be tried out at once. */
  renewed(now: number): void {
    this.#silent = false;
    this.#trying = false;
    this.#dueAt = now;
  }

  /** Another node has its address now. */
  reset(): void {
    this.#failures = 0;
    this.#times = 0;
    this.#failing = false;
    this.#silent = false;
    this.#trying = false;
  }
}

/**
 * How a call ended, as far as the choice of nodes is concerned: what a service answers is an answer, errors
 * too, but for UNAVAILABLE; `shed` is a node that had too much to do, `cancelled` says nothing of it.
 */
export type Outcome = 'answered' | 'shed' | 'failed' | 'cancelled';
