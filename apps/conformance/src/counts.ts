/** How many cases ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Failed as `conf/…-known-failing.txt` says they would. */
  readonly knownFailing: number;
  /** Never tried, for a program of ours ended or hung. The suite's exit code leaves them out. */
  readonly notRun: number;
}

/** What the suite says last of all; undefined if it did not come to that. */
export function readCounts(output: string): Counts | undefined {
  const count = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  if (!/^\d+ passed, \d+ failed$/m.test(output)) return undefined;
  return {
    passed: count(/^(\d+) passed,/m),
    failed: count(/^\d+ passed, (\d+) failed$/m),
    knownFailing: count(/^\(Another (\d+) failed as expected/m),
    notRun: count(/^Another (\d+) could not be run/m),
  };
}
