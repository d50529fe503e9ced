import { KubeError } from '../errors.ts';
import type { Pod } from '../pod.ts';
import type { RequestAttributes } from '../request-path.ts';
import { inTurns } from '../turns.ts';
import { createByteQueue } from './byte-queue.ts';
import { readPod } from './pod-protobuf.ts';
import { type Message, magic, readFieldHead, readFields, readMessage } from './protobuf.ts';

/** What a list says of itself. */
export interface ListMetadata {
  /** The version that the list shows; a watch goes on from there. */
  readonly resourceVersion: string;
  /** Asks for the next page; empty on the last. */
  readonly next: string;
}

/** etcd takes objects of 1.5 MiB. */
const maxPodBytes = 2 * 1024 * 1024;
/** Field numbers of runtime.Unknown, of PodList and of ListMeta. */
const fields = {
  envelope: { object: 2 },
  list: { metadata: 1, items: 2 },
  metadata: { resourceVersion: 2, next: 3 },
} as const;

/**
 * Reads a list of pods as it arrives and hands over each at once: there is never more of it in
 * memory than a pod and a chunk.
 *
 * @throws KubeError `Malformed` for what is no list, `TooLarge` for a pod above 2 MiB.
 */
export async function readPodList(
  body: AsyncIterable<Buffer>,
  about: RequestAttributes,
  onPod: (pod: Pod) => void,
): Promise<ListMetadata> {
  const reader = createListReader(onPod, about);
  const understand = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof KubeError) throw error;
      throw new KubeError('Malformed', (error as Error).message, about, { cause: error });
    }
  };
  for await (const chunk of inTurns(body)) understand(() => reader.push(chunk));
  return understand(() => reader.end());
}

/** Its methods throw Errors of any kind for what is no list. */
function createListReader(onPod: (pod: Pod) => void, about: RequestAttributes) {
  const queue = createByteQueue();
  let begun = false;
  /** How much of the list is to come; undefined before it begins. */
  let left: number | undefined;
  let metadata: ListMetadata | undefined;

  /** Takes a field if all of it is there. */
  const takeField = (): boolean => {
    const head = readFieldHead(queue.peek());
    if (!head) return false;
    if (left === undefined && head.field === fields.envelope.object) {
      // The list itself: what is in it is taken field by field.
      queue.take(head.bytes);
      left = head.length;
      return true;
    }
    if (head.length > maxPodBytes) {
      const detail = `expected pods of at most ${maxPodBytes} bytes, got one of ${head.length}`;
      throw new KubeError('TooLarge', detail, about);
    }
    if (queue.length < head.bytes + head.length) return false;
    queue.take(head.bytes);
    const content = queue.take(head.length);
    if (!left) return true; // Of the envelope, before the list or after it.
    left -= head.bytes + head.length;
    if (head.field === fields.list.items) onPod(readMessage(content, readPod));
    if (head.field === fields.list.metadata) metadata = readMessage(content, readMetadata);
    return true;
  };

  return {
    push(chunk: Buffer): void {
      queue.push(chunk);
      if (!begun && queue.length < magic.length) return;
      if (!begun && !queue.take(magic.length).equals(magic))
        throw new TypeError(
          `expected a list in protobuf, got ${JSON.stringify(chunk.toString('latin1', 0, 100))}`,
        );
      begun = true;
      while (takeField());
    },
    end(): ListMetadata {
      if (left !== 0 || queue.length > 0) throw new TypeError('the list is cut off');
      if (!metadata?.resourceVersion) throw new TypeError('expected metadata.resourceVersion');
      return metadata;
    },
  };
}

function readMetadata(message: Message): ListMetadata {
  const { reader } = message;
  let resourceVersion = '';
  let next = '';
  readFields(message, (field) => {
    if (field === fields.metadata.resourceVersion) resourceVersion = reader.string();
    else if (field === fields.metadata.next) next = reader.string();
  });
  return { resourceVersion, next };
}
