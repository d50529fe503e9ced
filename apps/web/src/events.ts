import { Readable } from 'node:stream';
import type { HttpServer } from '@micro/http';
import type { Live } from './live.ts';
import type { Streams } from './streams.ts';

/** Proxies take a connection on which nothing is said for a dead one, often after 30 s. */
const quietMs = 15_000;

/** `GET /events`: the snapshot now and after each change, as server-sent events. */
export function addEvents(api: HttpServer, live: Live, streams: Streams): void {
  api.get('/events', { exposeHeadRoute: false }, async (_request, reply) => {
    const signal = streams.open(reply.raw);
    return reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no') // nginx would keep events back until there are 4 kB.
      .send(Readable.from(writeEvents(live, signal)));
  });
}

/**
 * Writes events as https://html.spec.whatwg.org/multipage/server-sent-events.html says, until
 * `signal` is aborted. Whoever reads slowly misses pictures, never the last one.
 */
export async function* writeEvents(
  live: Live,
  signal: AbortSignal,
  heartbeatMs = quietMs,
): AsyncGenerator<string> {
  let pending: string | undefined = JSON.stringify(live.snapshot());
  let wake = (): void => {};
  const unsubscribe = live.subscribe((json) => {
    pending = json;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (pending === undefined) {
        yield ': nothing new\n\n';
      } else {
        const json: string = pending;
        pending = undefined;
        yield `event: snapshot\ndata: ${json}\n\n`;
      }
      if (pending !== undefined || signal.aborted) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const heartbeat = setTimeout(resolve, heartbeatMs);
      await promise;
      clearTimeout(heartbeat);
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}
