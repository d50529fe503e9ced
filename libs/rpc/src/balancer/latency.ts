/** A peak halves in 3.5 s: a slow node without calls is tried again within some seconds. */
const peakMs = 5_000;
/** What is usual follows a change within a minute or two. */
const calmMs = 60_000;

/**
 * How long a node takes to answer, as a peak that wears off: it rises at once and falls with time,
 * after Finagle's peak EWMA (https://twitter.github.io/finagle/guide/Clients.html#p2c-peak-ewma).
 * One slow answer alone does not count: a collected heap or a first call says nothing of the node.
 */
export class Latency {
  #peak = 0;
  #calm = 0;
  #last = 0;
  #at = 0;

  /** Takes the time one call took, in milliseconds. */
  observe(tookMs: number, now: number): void {
    const twiceMs = Math.min(tookMs, this.#last);
    const sinceMs = now - this.#at;
    const peak = this.read(now);
    // With the time since the last answer as its weight the mean is one over time, not over calls.
    this.#peak =
      twiceMs > peak ? twiceMs : twiceMs + (peak - twiceMs) * Math.exp(-sinceMs / peakMs);
    if (twiceMs < this.#calm || this.#calm === 0) this.#calm = twiceMs;
    else this.#calm += (twiceMs - this.#calm) * (1 - Math.exp(-sinceMs / calmMs));
    this.#last = tookMs;
    this.#at = now;
  }

  /** Milliseconds; 0 while there is no telling. */
  read(now: number): number {
    return this.#peak === 0 ? 0 : this.#peak * Math.exp((this.#at - now) / peakMs);
  }

  /** What the node takes when it has little to do, in milliseconds; 0 while there is no telling. */
  get calm(): number {
    return this.#calm;
  }
}
