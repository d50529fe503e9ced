import {
  asRecord,
  entryShape,
  type FieldShape,
  type MessageShape,
  timeShape,
  wireTypes,
} from './protobuf.ts';

/**
 * Reads a message as the JSON value it stands for. Fields that the shape does not name are skipped;
 * what is empty is left out, as the JSON of Kubernetes does.
 *
 * @throws RangeError for bytes that are no message.
 */
export function decodeMessage(shape: MessageShape, bytes: Buffer): Record<string, unknown> {
  const fields = new Map(
    Object.entries(shape).map(([name, [number, holds]]) => [number, { name, holds }]),
  );
  const result: Record<string, unknown> = {};
  for (const [number, content] of readFields(bytes)) {
    const field = fields.get(number);
    if (!field) continue;
    const { name, holds } = field;
    const value =
      typeof content === 'number'
        ? readNumber(holds, content)
        : readBytes(holds, content, result[name]);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function readNumber(holds: FieldShape, value: number): unknown {
  if (holds === 'bool') return value === 1 ? true : undefined;
  return holds === 'int' && value === 0 ? undefined : value;
}

function readBytes(holds: FieldShape, bytes: Buffer, before: unknown): unknown {
  const many = (item: unknown): unknown[] => [...(Array.isArray(before) ? before : []), item];
  switch (holds) {
    case 'string':
      return bytes.length === 0 ? undefined : bytes.toString('utf8');
    case 'strings':
      return many(bytes.toString('utf8'));
    case 'time':
    case 'time?': {
      const { seconds } = decodeMessage(timeShape, bytes);
      return typeof seconds === 'number' ? showTime(seconds) : undefined;
    }
    case 'map': {
      const { key, value = '' } = decodeMessage(entryShape, bytes);
      return { ...asRecord(before), [String(key)]: value };
    }
    case 'bytes':
      return bytes;
    case 'int':
    case 'int?':
    case 'bool':
      throw new RangeError('expected a number, got bytes');
  }
  if ('many' in holds) return many(decodeMessage(holds.many, bytes));
  return decodeMessage('one' in holds ? holds.one : holds.maybe, bytes);
}

function showTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function* readFields(bytes: Buffer): Generator<[number: number, content: Buffer | number]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('expected a varint, got the end of the message');
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case wireTypes.varint:
        yield [number, varint()];
        break;
      case wireTypes.bytes: {
        const length = varint();
        if (length > bytes.length - at)
          throw new RangeError(`expected ${length} bytes, got ${bytes.length - at}`);
        yield [number, bytes.subarray(at, at + length)];
        at += length;
        break;
      }
      default:
        throw new RangeError(`expected a varint or bytes, got wire type ${tag % 8}`);
    }
  }
}
