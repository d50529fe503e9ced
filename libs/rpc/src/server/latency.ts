/** Up to 2^25 µs, half a minute; what takes longer is in the last. */
const buckets = 27;

/** How long things took, in buckets: the n-th is for what took less than 2^n µs and no less than half of it. */
export class Latency {
  readonly counts: number[] = new Array<number>(buckets).fill(0);

  add(ms: number): void {
    const bucket = 32 - Math.clz32(Math.min(ms * 1_000, 2 ** 31));
    const last = Math.min(bucket, buckets - 1);
    this.counts[last] = (this.counts[last] ?? 0) + 1;
  }

  /**
   * @param share Of all, from 0 to 1.
   * @returns Microseconds that so many stayed below, at most twice what is true; of the last bucket the
   * least there can be in it.
   */
  below(share: number): number {
    let left = share * this.counts.reduce((sum, count) => sum + count, 0);
    if (left === 0) return 0;
    const bucket = this.counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return 2 ** Math.min(bucket, buckets - 2);
  }
}
