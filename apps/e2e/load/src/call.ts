/** What became of one call: when it was due and how long after that it had ended, and why it failed if it did. */
export type Call = readonly [dueAt: number, tookMs: number, failure?: string];

/** A line that the load writes: the calls over one path that ended since the line before. */
export interface Line {
  readonly path: Path;
  readonly calls: readonly Call[];
  /** Of all calls due before this, what became of them has been written; in milliseconds since 1970. */
  readonly ended: number;
}

/** How a call reaches greeter: over HTTP and api, or by a typed client that asks the registry itself. */
export type Path = 'api' | 'direct';

/** How many calls are due in a second, over each path. */
export const ratePerSecond = 200;

/** How long each call may take in all, in milliseconds. */
export const deadlineMs = 10_000;
