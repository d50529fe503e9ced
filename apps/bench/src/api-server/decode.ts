import { podMessages } from './pod-messages.ts';
import { magic } from './protobuf.ts';
import { readFields, type WireField } from './wire.ts';

/** A decoded message, as the same object is in JSON. */
export type Decoded = Record<string, unknown>;

/** Decodes an answer of `application/vnd.kubernetes.protobuf`. @throws Error for a field it does not know. */
export function decodeObject(answer: Buffer): Decoded {
  if (!answer.subarray(0, magic.length).equals(magic))
    throw new RangeError(
      `expected k8s\\0, got ${answer.subarray(0, magic.length).toString('hex')}`,
    );
  const { typeMeta, raw } = decodeMessage(answer.subarray(magic.length), 'Unknown');
  const { kind, apiVersion } = typeMeta as { kind: string; apiVersion: string };
  return { kind, apiVersion, ...decodeMessage(raw as Buffer, kind) };
}

/** Decodes the events of a watch. */
export function decodeEvents(stream: Buffer): Decoded[] {
  const events: Decoded[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + 4 + stream.readUInt32BE(at);
    const { type, object } = decodeMessage(stream.subarray(at + 4, end), 'WatchEvent');
    events.push({ type, object: decodeObject((object as { raw: Buffer }).raw) });
    at = end;
  }
  return events;
}

/** Decodes one message by the table. What is empty is left out. */
export function decodeMessage(bytes: Buffer, name: string): Decoded {
  const table = parseTable(name);
  const decoded: Decoded = {};
  for (const field of readFields(bytes)) {
    const { key, type } = table.get(field.number) ?? {};
    if (key === undefined || type === undefined) {
      // Go writes those of its fields that are not pointers even if nothing is in them.
      if (field.value === 0 || (field.value as Buffer).length === 0) continue;
      throw new Error(`expected a field of ${name} as in its table, got number ${field.number}`);
    }
    if (key === '_') Object.assign(decoded, decodeMessage(field.value as Buffer, type));
    else if (type.startsWith('[]'))
      decoded[key] = [...((decoded[key] as unknown[]) ?? []), decodeValue(field, type.slice(2))];
    else if (type.startsWith('map['))
      decoded[key] = { ...(decoded[key] as object), ...decodeEntry(field, type.slice(4, -1)) };
    else decoded[key] = decodeValue(field, type);
  }
  return decoded;
}

function decodeEntry({ value }: WireField, type: string): Decoded {
  const [key, entry] = readFields(value as Buffer);
  return { [String(key?.value)]: entry && decodeValue(entry, type) };
}

function decodeValue(field: WireField, type: string): unknown {
  const { value } = field;
  switch (type) {
    case 'string':
      return (value as Buffer).toString('utf8');
    case 'bytes':
    case 'int':
      return value;
    case 'bool':
      return value === 1;
    case 'Quantity':
      return inner(field, 1)?.toString();
    case 'FieldsV1':
      return JSON.parse(String(inner(field, 1)));
    case 'IntOrString':
      return inner(field, 1) === 0 ? inner(field, 2) : String(inner(field, 3));
    case 'Time': {
      const seconds = inner(field, 1);
      return seconds === undefined
        ? null
        : new Date(Number(seconds) * 1_000).toISOString().replace('.000Z', 'Z');
    }
    default:
      return decodeMessage(value as Buffer, type);
  }
}

function inner({ value }: WireField, number: number): WireField['value'] | undefined {
  return readFields(value as Buffer).find((field) => field.number === number)?.value;
}

function parseTable(name: string): Map<number, { key: string; type: string }> {
  const table = podMessages[name];
  if (table === undefined) throw new Error(`expected a message of the table, got ${name}`);
  return new Map(
    table.split(',').map((line) => {
      const [number, key = '', type = ''] = line.trim().split(' ');
      return [Number(number), { key, type }];
    }),
  );
}
