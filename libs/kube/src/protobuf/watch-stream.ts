import { KubeError } from '../errors.ts';
import type { Pod } from '../pod.ts';
import type { RequestAttributes } from '../request-path.ts';
import { inTurns } from '../turns.ts';
import { type ByteQueue, createByteQueue } from './byte-queue.ts';
import { readAnyMetadata, readPod } from './pod-protobuf.ts';
import { readFields, readMessage, readObject } from './protobuf.ts';
import { readStatus } from './status-protobuf.ts';

/** What a watch says. An object that begins to match the selector is ADDED, one that ends is DELETED. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Pod }
  | {
      readonly type: 'BOOKMARK';
      readonly resourceVersion: string;
      /** All that was there at the beginning has been said. */
      readonly initialEventsEnd: boolean;
    };

/** etcd takes objects of 1.5 MiB. */
export const maxEventBytes = 2 * 1024 * 1024;
/** `k8s.io/apimachinery`'s length-delimited framer: big-endian. */
const lengthBytes = 4;
const fields = { event: { type: 1, object: 2 }, rawExtension: { raw: 1 } } as const;
const initialEventsEnd = 'k8s.io/initial-events-end';

/**
 * Reads a watch until the server ends it; events that arrive together are yielded together.
 *
 * @throws KubeError for an ERROR event, with the status the server said, and for what is no event.
 */
export async function* readWatchEvents(
  body: AsyncIterable<Buffer>,
  about: RequestAttributes,
): AsyncGenerator<readonly WatchEvent[]> {
  const queue = createByteQueue();
  for await (const chunk of inTurns(body)) {
    queue.push(chunk);
    const events: WatchEvent[] = [];
    let failure: unknown;
    try {
      for (;;) {
        const frame = takeFrame(queue, about);
        if (!frame) break;
        events.push(readEvent(frame, about));
      }
    } catch (error) {
      failure = error;
    }
    // What was understood before is not lost with what was not.
    if (events.length > 0) yield events;
    if (failure) throw failure;
  }
  if (queue.length > 0) throw new KubeError('Malformed', 'the watch ended within an event', about);
}

/** Takes the next event, if all of it is there. */
function takeFrame(queue: ByteQueue, about: RequestAttributes): Buffer | undefined {
  if (queue.length < lengthBytes) return undefined;
  const length = queue.peek().readUInt32BE();
  if (length > maxEventBytes) {
    const detail = `expected an event of at most ${maxEventBytes} bytes, got one of ${length}`;
    throw new KubeError('TooLarge', detail, about);
  }
  if (queue.length < lengthBytes + length) return undefined;
  queue.take(lengthBytes);
  return queue.take(length);
}

/** @throws KubeError */
function readEvent(bytes: Buffer, about: RequestAttributes): WatchEvent {
  try {
    const { type, object } = readEnvelope(bytes);
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        return { type, object: readObject(object, readPod) };
      case 'BOOKMARK': {
        const { resourceVersion, annotations } = readObject(object, readAnyMetadata);
        const end = annotations[initialEventsEnd] === 'true';
        return { type, resourceVersion, initialEventsEnd: end };
      }
      case 'ERROR':
        throw KubeError.fromStatus(readObject(object, readStatus), about);
      default:
        throw new TypeError(
          `expected a known type of event, got ${JSON.stringify(type.slice(0, 100))}`,
        );
    }
  } catch (error) {
    if (error instanceof KubeError) throw error;
    const excerpt = JSON.stringify(bytes.toString('latin1', 0, 60));
    const detail = `${(error as Error).message}, in an event of ${bytes.length} bytes: ${excerpt}`;
    throw new KubeError('Malformed', detail, about, { cause: error });
  }
}

function readEnvelope(bytes: Buffer): { type: string; object: Buffer } {
  let type = '';
  let object: Buffer = Buffer.alloc(0);
  readMessage(bytes, (event) =>
    readFields(event, (field, content) => {
      if (field === fields.event.type) type = event.reader.string();
      else if (field === fields.event.object)
        readFields(content(), (inner) => {
          if (inner === fields.rawExtension.raw) object = event.reader.bytes();
        });
    }),
  );
  return { type, object };
}
