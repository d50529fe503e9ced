import { WireReader, wireType } from './wire-reader.ts';

/** What every object in protobuf begins with: https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export const magic: Buffer = Buffer.from('k8s\0');
/** runtime.Unknown of `k8s.io/apimachinery`, the envelope of every object. */
const envelope = { object: 2 } as const;

/** A message that stands in bytes which hold more than it. */
export interface Message {
  readonly reader: WireReader;
  readonly end: number;
}

/** Reads what is within the envelope of an object. @throws TypeError if it is in none. */
export function readObject<T>(bytes: Buffer, read: (object: Message) => T): T {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new TypeError('expected an object in protobuf');
  return readMessage(bytes.subarray(magic.length), (message) => {
    const found: T[] = [];
    readFields(message, (field, content) => {
      if (field === envelope.object) found.push(read(content()));
    });
    if (found.length !== 1) throw new TypeError(`expected one object, got ${found.length}`);
    return found[0] as T;
  });
}

/** Reads a message that is the whole of `bytes`. */
export function readMessage<T>(bytes: Buffer, read: (message: Message) => T): T {
  return read({ reader: new WireReader(bytes), end: bytes.length });
}

/**
 * Goes through the fields of a message. `read` takes the values it wants from the reader, messages
 * by `content`; what it leaves is passed over unread.
 *
 * @throws TypeError if the bytes are no message.
 */
export function readFields(
  { reader, end }: Message,
  read: (field: number, content: () => Message) => void,
): void {
  const content = (): Message => {
    const length = reader.varint();
    return { reader, end: reader.pos + length };
  };
  while (reader.pos < end) {
    const tag = reader.varint();
    const start = reader.pos;
    read(tag >>> 3, content);
    if (reader.pos === start) reader.skip(tag & 7);
  }
  if (reader.pos > end) throw new TypeError('expected a message, it is cut off');
}

/** A tag and a length are varints of 5 bytes at most. */
const maxHeadBytes = 10;

/**
 * Reads the tag and the length of a field that holds bytes, from the front of what has arrived so
 * far; undefined while too little has. `bytes` is how long the head itself is.
 *
 * @throws TypeError for a field of another kind.
 */
export function readFieldHead(
  arrived: Buffer,
): { field: number; length: number; bytes: number } | undefined {
  const front = arrived.subarray(0, maxHeadBytes);
  // Two bytes below 128 end the two varints.
  let ends = 0;
  for (const byte of front) if (byte < 128) ends++;
  if (ends < 2 && front.length < maxHeadBytes) return undefined;
  const reader = new WireReader(front);
  const tag = reader.varint();
  if ((tag & 7) !== wireType.bytes)
    throw new TypeError(`expected a field of bytes, got wire type ${tag & 7}`);
  return { field: tag >>> 3, length: reader.varint(), bytes: reader.pos };
}
