import type { Debug } from '../gen/micro/debug_pb.ts';
import type { Handlers } from './handlers.ts';

/** go-micro's Debug service: what its command line and probes ask. */
export function debugHandlers(): Handlers<typeof Debug> {
  return {
    health: () => ({ status: 'ok' }),
    stats() {
      const uptime = process.uptime();
      return {
        started: BigInt(Math.round(Date.now() / 1000 - uptime)),
        uptime: BigInt(Math.round(uptime)),
        memory: BigInt(process.memoryUsage.rss()),
        // One of JavaScript and the four of libuv's pool, unless it was told otherwise.
        threads: BigInt(1 + Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)),
        gc: 0n,
      };
    },
  };
}
