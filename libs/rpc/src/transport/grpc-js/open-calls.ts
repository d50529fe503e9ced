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
  let { promise: none, resolve } = Promise.withResolvers<void>();
  return {
    add: (call) => void calls.add(call),
    delete(call) {
      calls.delete(call);
      if (calls.size === 0) resolve();
    },
    all: () => [...calls],
    none() {
      if (calls.size > 0) ({ promise: none, resolve } = Promise.withResolvers<void>());
      else resolve();
      return none;
    },
  };
}
