/** The calls that have not ended. */
export interface OpenCalls<Call> {
  add(call: Call): void;
  delete(call: Call): void;
  all(): readonly Call[];
  /** Resolves once there are none. */
  none(): Promise<void>;
}

export function createOpenCalls<Call>(): OpenCalls<Call> {
  const calls = new Set<Call>();
  const waiting: Array<() => void> = [];
  return {
    add: (call) => void calls.add(call),
    delete(call) {
      calls.delete(call);
      if (calls.size > 0) return;
      for (const wake of waiting.splice(0)) wake();
    },
    all: () => [...calls],
    none: () =>
      calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
