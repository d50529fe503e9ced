/** Bytes as a socket brings them, taken in pieces that do not end where the chunks do. */
export interface ByteQueue {
  /** How many wait to be taken. */
  readonly length: number;
  push(chunk: Buffer): void;
  /** What waits, without taking it; it holds until the next `push`. */
  peek(): Buffer;
  /** Takes the first `length`, which must be there. They hold until the next `push`. */
  take(length: number): Buffer;
}

export function createByteQueue(): ByteQueue {
  let bytes: Buffer = Buffer.alloc(0);

  return {
    get length() {
      return bytes.length;
    },
    push(chunk) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    },
    peek: () => bytes,
    take(length) {
      const taken = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      return taken;
    },
  };
}
