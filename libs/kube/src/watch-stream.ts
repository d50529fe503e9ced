import { KubeError } from './errors.ts';
import { type KubeObject, parseObject, parseVersion } from './object.ts';
import type { RequestAttributes } from './request-path.ts';

/** What a watch says. An object that begins to match the selector is ADDED, one that ends is DELETED. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** etcd takes objects of 1.5 MiB; as JSON, escaped, they are below this. */
export const maxLineBytes = 4 * 1024 * 1024;

/**
 * Reads the lines of a watch as events, until the server ends it.
 *
 * @throws KubeError for an ERROR event, with the status the server said, and for a line that is no event.
 */
export async function* readWatchEvents(
  body: AsyncIterable<Buffer>,
  about: RequestAttributes,
  maxBytes = maxLineBytes,
): AsyncGenerator<WatchEvent> {
  for await (const line of readLines(body, about, maxBytes)) yield parseEvent(line, about);
}

async function* readLines(
  body: AsyncIterable<Buffer>,
  about: RequestAttributes,
  maxBytes: number,
): AsyncGenerator<string> {
  // Split as bytes: a chunk may end within a character.
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      start = end + 1;
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
    }
    const rest = chunk.subarray(start);
    size += rest.length;
    if (size > maxBytes)
      throw new KubeError('TooLarge', `expected lines of at most ${maxBytes} bytes`, about);
    if (rest.length > 0) parts.push(rest);
  }
  if (size > 0) throw new KubeError('Malformed', 'the watch ended within an event', about);
}

function parseEvent(line: string, about: RequestAttributes): WatchEvent {
  try {
    const { type, object } = JSON.parse(line) as { type?: unknown; object?: unknown };
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        return { type, object: parseObject(object) };
      case 'BOOKMARK':
        return { type, resourceVersion: parseVersion(object) };
      case 'ERROR':
        throw KubeError.fromStatus(object, about);
      default:
        throw new TypeError(`expected an event, got ${line.slice(0, 100)}`);
    }
  } catch (error) {
    if (error instanceof KubeError) throw error;
    throw new KubeError('Malformed', (error as Error).message, about, { cause: error });
  }
}
