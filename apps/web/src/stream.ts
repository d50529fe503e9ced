import { Readable } from 'node:stream';
import type { HttpServer } from '@micro/http';
import { type ErrorJson, RpcError } from '@micro/rpc';
import type { JsonValue } from '@micro/rpc/dynamic';
import type { Service } from '@micro/service';
import { readCall, type StreamRequest, streamSchema } from './call-request.ts';
import type { Streams } from './streams.ts';

/** One line of the answer: a message, or as the last one how it ended. */
export type StreamLine =
  | { readonly message: JsonValue }
  | { readonly end: StreamEnd }
  | { readonly error: ErrorJson };

/** How a stream ended that did not fail. */
export interface StreamEnd {
  readonly messages: number;
  readonly durationMs: number;
  /** There would have been more, but this is no place to keep them. */
  readonly cut: boolean;
}

/** More messages than this are of no use to people. */
const maxMessages = 10_000;

/**
 * `POST /stream`: calls a method of any kind and answers a line of JSON for each message as it
 * comes. What fails before the first one is answered as an error with its status. A caller that
 * leaves cancels the call.
 */
export function addStream(api: HttpServer, service: Service, streams: Streams): void {
  const { name, dynamic } = service;
  api.post<{ Body: StreamRequest }>(
    '/stream',
    { schema: streamSchema },
    async ({ body }, reply) => {
      const call = readCall(body, streams.open(reply.raw));
      const started = performance.now();
      const messages = dynamic.stream(call, each(body.requests ?? [{}]));
      const iterator = messages[Symbol.asyncIterator]();
      const first = await iterator.next();
      return reply
        .type('application/x-ndjson')
        .header('cache-control', 'no-store')
        .send(Readable.from(writeLines(first, iterator, started, name)));
    },
  );
}

async function* writeLines(
  first: IteratorResult<JsonValue>,
  messages: AsyncIterator<JsonValue>,
  started: number,
  name: string,
): AsyncGenerator<string> {
  let count = 0;
  const end = (cut: boolean): string => {
    const durationMs = Math.round(performance.now() - started);
    return write({ end: { messages: count, durationMs, cut } });
  };
  try {
    for (let next = first; !next.done; next = await messages.next()) {
      if (count === maxMessages) return yield end(true);
      count++;
      yield write({ message: next.value });
    }
    yield end(false);
  } catch (error) {
    yield write({ error: RpcError.from(error, name).toJSON() });
  } finally {
    await messages.return?.();
  }
}

function write(line: StreamLine): string {
  return `${JSON.stringify(line)}\n`;
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
