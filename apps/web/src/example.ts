import type { JsonValue } from '@micro/rpc/dynamic';
import { type Field, itemTypeOf, type Message } from './field-type.ts';

/** An example is there to be changed: what is longer or deeper than this only hides its form. */
const maxFields = 100;
const maxDepth = 4;

/** How JSON writes messages that have a form of their own: https://protobuf.dev/programming-guides/json. */
const wellKnown: Readonly<Record<string, JsonValue>> = {
  'google.protobuf.Any': {},
  'google.protobuf.BoolValue': false,
  'google.protobuf.BytesValue': '',
  'google.protobuf.DoubleValue': 0,
  'google.protobuf.Duration': '0s',
  'google.protobuf.FieldMask': '',
  'google.protobuf.FloatValue': 0,
  'google.protobuf.Int32Value': 0,
  'google.protobuf.Int64Value': '0',
  'google.protobuf.ListValue': [],
  'google.protobuf.StringValue': '',
  'google.protobuf.Struct': {},
  'google.protobuf.Timestamp': '1970-01-01T00:00:00Z',
  'google.protobuf.UInt32Value': 0,
  'google.protobuf.UInt64Value': '0',
  'google.protobuf.Value': null,
};

/** The JSON of a message with every field at its default, of each oneof the first one. */
export function exampleOf(message: Message): JsonValue {
  let left = maxFields;

  const write = ({ typeName, fields }: Message, above: readonly string[]): JsonValue => {
    if (Object.hasOwn(wellKnown, typeName)) return wellKnown[typeName] as JsonValue;
    if (above.includes(typeName) || above.length >= maxDepth) return {};
    const wanted = fields.filter((field) => !field.oneof || field.oneof.fields[0] === field);
    const entries: Array<[string, JsonValue]> = [];
    for (const field of wanted)
      if (left-- > 0) entries.push([field.jsonName, value(field, [...above, typeName])]);
    return Object.fromEntries(entries);
  };
  const value = (field: Field, above: readonly string[]): JsonValue => {
    if (field.fieldKind === 'list') return [];
    if (field.fieldKind === 'map') return {};
    if (field.message) return write(field.message, above);
    if (field.enum) return field.enum.values[0]?.name ?? 0;
    return scalar(itemTypeOf(field));
  };
  return write(message, []);
}

/** 64-bit numbers are strings in JSON: they don't fit into its own. */
function scalar(type: string): JsonValue {
  if (type === 'bool') return false;
  if (type === 'string' || type === 'bytes') return '';
  return type.endsWith('64') ? '0' : 0;
}
