/** How a field's value is written: https://protobuf.dev/programming-guides/encoding/#structure */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const maxVarintBytes = 10;

/**
 * Reads the values of protobuf from bytes that a stranger has sent. Every service loads it and reads
 * thousands of pods with it: that of a library is 6 kB more to parse at start, and a fifth slower.
 *
 * Every method throws TypeError for what is cut off or is no such value.
 */
export class WireReader {
  /** Where the next value begins. */
  pos = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** An unsigned number of up to 64 bits, exact up to 2^53. */
  varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.pos++];
    if (byte !== undefined && byte < 128) return byte;
    let value = 0;
    let scale = 1;
    for (let n = 0; n < maxVarintBytes && byte !== undefined; n++) {
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      byte = bytes[this.pos++];
    }
    throw new TypeError(
      byte === undefined
        ? 'expected a number, it is cut off'
        : `expected a number of at most ${maxVarintBytes} bytes`,
    );
  }

  /** A number of 32 bits. A negative one, which none of ours should be, is written as a huge one: 0. */
  int32(): number {
    const value = this.varint();
    return value < 2 ** 31 ? value : 0;
  }

  /** A text, which may be any: what is no UTF-8 is read as U+FFFD. */
  string(): string {
    const start = this.#begin();
    return this.#bytes.toString('utf8', start, this.pos);
  }

  /** Bytes, as a view of those that are read. */
  bytes(): Buffer {
    const start = this.#begin();
    return this.#bytes.subarray(start, this.pos);
  }

  /** Passes over a value of that kind. */
  skip(type: number): void {
    if (type === wireType.varint) this.varint();
    else if (type === wireType.bytes) this.#begin();
    else if (type === wireType.fixed64) this.pos += 8;
    else if (type === wireType.fixed32) this.pos += 4;
    else throw new TypeError(`expected a known wire type, got ${type}`);
  }

  /** Passes over a length and what it is of; returns where that begins. */
  #begin(): number {
    const length = this.varint();
    const start = this.pos;
    if (start + length > this.#bytes.length)
      throw new TypeError(`expected ${length} bytes, got ${this.#bytes.length - start}`);
    this.pos = start + length;
    return start;
  }
}
