const slotMs = 5_000;
const slots = 12;

/** How often something happened in the last minute, in slots of five seconds that are used again. */
export class Rate {
  readonly #counts: number[] = new Array<number>(slots).fill(0);
  readonly #began: number;
  #slot: number;

  /** @param now Milliseconds of a clock that only goes forward, here and below. */
  constructor(now: number) {
    this.#began = now;
    this.#slot = Math.floor(now / slotMs);
  }

  add(now: number): void {
    this.#advance(now);
    const at = this.#slot % slots;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Times a second; of what is younger than a minute, since it began. */
  perSecond(now: number): number {
    this.#advance(now);
    const seenMs = (slots - 1) * slotMs + (now % slotMs);
    const ms = Math.max(1_000, Math.min(seenMs, now - this.#began));
    return (this.#counts.reduce((sum, count) => sum + count, 0) * 1_000) / ms;
  }

  #advance(now: number): void {
    const slot = Math.floor(now / slotMs);
    if (slot === this.#slot) return;
    const first = Math.max(this.#slot + 1, slot - slots + 1);
    for (let old = first; old <= slot; old++) this.#counts[old % slots] = 0;
    this.#slot = slot;
  }
}
