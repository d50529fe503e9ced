import type { MethodSchema } from '@micro/rpc/dynamic';

/** A message of a learned schema. */
export type Message = MethodSchema['descriptor']['input'];
/** A field of one. */
export type Field = Message['fields'][number];

/** By number, as `FieldDescriptorProto.Type` of google/protobuf/descriptor.proto names them. */
const scalars: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  6: 'fixed64',
  7: 'fixed32',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
  15: 'sfixed32',
  16: 'sfixed64',
  17: 'sint32',
  18: 'sint64',
};

/** A field's type as a proto file says it: `string`, `repeated a.Item`, `map<string, bool>`. */
export function typeOf(field: Field): string {
  if (field.fieldKind === 'list') return `repeated ${itemTypeOf(field)}`;
  if (field.fieldKind === 'map') return `map<${scalars[field.mapKey]}, ${itemTypeOf(field)}>`;
  return itemTypeOf(field);
}

/** The type of one value of a field, without `repeated` and `map`. */
export function itemTypeOf({ message, enum: values, scalar }: Field): string {
  return message?.typeName ?? values?.typeName ?? scalars[scalar ?? 0] ?? 'string';
}
