import type { Debug } from '../gen/micro/debug_pb.ts';
import type { Handlers } from './handlers.ts';
import type { CallCounts, Statistics } from './statistics.ts';

/** go-micro's Debug service: what its command line and probes ask, and who calls what here. */
export function debugHandlers(statistics: Statistics): Handlers<typeof Debug> {
  return {
    health: () => ({ status: 'ok' }),
    stats() {
      const uptime = process.uptime();
      const { calls } = statistics;
      const now = performance.now();
      return {
        started: BigInt(Math.round(Date.now() / 1000 - uptime)),
        uptime: BigInt(Math.round(uptime)),
        memory: BigInt(process.memoryUsage.rss()),
        // One of JavaScript and the four of libuv's pool, unless it was told otherwise.
        threads: BigInt(1 + Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)),
        // Not measured: an observer has work to do after each collection.
        gc: 0n,
        requests: sum(calls.map(({ requests }) => requests)),
        errors: sum(calls.map(({ errors }) => errors)),
        calls: calls.map((counts) => statsOf(counts, now)),
      };
    },
  };
}

function statsOf({ endpoint, caller, requests, errors, latency, rate }: CallCounts, now: number) {
  return {
    endpoint,
    caller,
    requests: BigInt(requests),
    errors: BigInt(errors),
    rate: rate.perSecond(now),
    p50: BigInt(latency.below(0.5)),
    p90: BigInt(latency.below(0.9)),
    p99: BigInt(latency.below(0.99)),
    latency: latency.counts.map(BigInt),
  };
}

function sum(counts: readonly number[]): bigint {
  return BigInt(counts.reduce((all, count) => all + count, 0));
}
