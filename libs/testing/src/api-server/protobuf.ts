/** The fields of a message: under their JSON names, the number of each and what it holds. */
export type MessageShape = Readonly<Record<string, readonly [number: number, holds: FieldShape]>>;

/**
 * What a field holds. Those with `?` and the many are left out when absent; the others are written
 * as empty then, as the Go code of Kubernetes does, which has no pointer for them.
 */
export type FieldShape =
  | 'string'
  | 'strings'
  | 'int'
  | 'int?'
  | 'bool'
  | 'bytes'
  /** Seconds as RFC 3339 in JSON, the message `{1: seconds}` in protobuf. */
  | 'time'
  | 'time?'
  /** `map<string, string>` */
  | 'map'
  | { readonly one: MessageShape }
  | { readonly maybe: MessageShape }
  | { readonly many: MessageShape };

/** The message of a point in time, and that of an entry of a map. */
export const timeShape: MessageShape = { seconds: [1, 'int'], nanos: [2, 'int'] };
export const entryShape: MessageShape = { key: [1, 'string'], value: [2, 'string'] };

/** The low three bits of a tag, of https://protobuf.dev/programming-guides/encoding. */
export const wireTypes = { varint: 0, bytes: 2 } as const;

/** Writes a JSON value as a protobuf message, its fields in the order of their numbers. */
export function encodeMessage(shape: MessageShape, value: unknown): Buffer {
  const fields = asRecord(value);
  const numbered = Object.entries(shape).sort(([, [a]], [, [b]]) => a - b);
  return Buffer.concat(
    numbered.flatMap(([name, [number, holds]]) => encodeField(number, holds, fields[name])),
  );
}

/** A JSON object's fields; none for what is no object. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function encodeField(number: number, holds: FieldShape, value: unknown): Buffer[] {
  const whole = (bytes: Buffer) => [
    varint(number * 8 + wireTypes.bytes),
    varint(bytes.length),
    bytes,
  ];
  switch (holds) {
    case 'string':
      return whole(Buffer.from(String(value ?? '')));
    case 'strings':
      return asArray(value).flatMap((text) => whole(Buffer.from(String(text))));
    case 'bytes':
      return whole(Buffer.isBuffer(value) ? value : Buffer.alloc(0));
    case 'int?':
      return value === undefined ? [] : encodeField(number, 'int', value);
    case 'int':
    case 'bool':
      return [varint(number * 8 + wireTypes.varint), varint(Number(value ?? 0))];
    case 'time?':
      return value === undefined ? [] : encodeField(number, 'time', value);
    case 'time':
      return whole(value === undefined ? Buffer.alloc(0) : encodeTime(String(value)));
    case 'map':
      return Object.entries(asRecord(value))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([key, text]) => whole(encodeMessage(entryShape, { key, value: text })));
  }
  if ('many' in holds)
    return asArray(value).flatMap((item) => whole(encodeMessage(holds.many, item)));
  if ('one' in holds) return whole(encodeMessage(holds.one, value));
  return value === undefined ? [] : whole(encodeMessage(holds.maybe, value));
}

function encodeTime(text: string): Buffer {
  return encodeMessage(timeShape, { seconds: Math.floor(Date.parse(text) / 1000) });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
