/** One field of a protobuf message as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** A number for varints, bytes for what has a length; others do not occur in what we read. */
  readonly value: number | Buffer;
}

/** Writes a field of bytes, a text or a message. https://protobuf.dev/programming-guides/encoding */
export function writeField(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([writeFieldHead(number, bytes.length), bytes]);
}

/** Writes what stands before the `length` bytes of such a field. */
export function writeFieldHead(number: number, length: number): Buffer {
  return Buffer.concat([writeVarint((number << 3) | 2), writeVarint(length)]);
}

/** Writes a field that is a whole number. */
export function writeNumber(number: number, value: number): Buffer {
  return Buffer.concat([writeVarint(number << 3), writeVarint(value)]);
}

/** Reads the fields of a message. @throws RangeError if it is cut short or has fields of other kinds. */
export function readFields(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = readVarint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) {
      fields.push({ number, value: readVarint() });
    } else if (tag % 8 === 2) {
      const length = readVarint();
      if (at + length > message.length)
        throw new RangeError(
          `expected ${length} bytes in field ${number}, the message ends before`,
        );
      fields.push({ number, value: message.subarray(at, at + length) });
      at += length;
    } else {
      throw new RangeError(`expected a varint or bytes in field ${number}, got kind ${tag % 8}`);
    }
  }
  return fields;
}

/** The one field of bytes with that number. @throws RangeError if there is none. */
export function readBytes(message: Buffer, number: number): Buffer {
  const field = readFields(message).find((one) => one.number === number);
  if (typeof field?.value !== 'object')
    throw new RangeError(`expected bytes in field ${number}, found none`);
  return field.value;
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
