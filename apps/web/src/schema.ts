import type { JsonValue, MethodSchema, Schema } from '@micro/rpc/dynamic';
import { exampleOf } from './example.ts';
import { type Field, type Message, typeOf } from './field-type.ts';

/** What can be called at a service, and with what. */
export interface SchemaSummary {
  readonly service: string;
  readonly methods: readonly MethodSummary[];
  /** The fields of every message the methods speak of, by its full name. */
  readonly messages: Readonly<Record<string, readonly FieldSummary[]>>;
}

export interface MethodSummary {
  /** `Say.Hello`. */
  readonly endpoint: string;
  readonly kind: MethodSchema['kind'];
  /** The full name of the message it takes. */
  readonly input: string;
  /** The full name of the message it answers. */
  readonly output: string;
  /** JSON of a message it takes, to begin with. */
  readonly example: JsonValue;
}

export interface FieldSummary {
  /** As JSON names it. */
  readonly name: string;
  /** `string`, `repeated int32`, `map<string, bool>` or a message's or enum's full name. */
  readonly type: string;
  /** The names an enum may take. */
  readonly values?: readonly string[];
  /** Of all fields with the same word here only one may be set. */
  readonly oneof?: string;
}

const maxMessages = 1_000;
const maxEnumValues = 200;

/** Puts a learned schema into words for a page that knows nothing of protobuf. */
export function describeSchema(service: string, { methods }: Schema): SchemaSummary {
  const messages = new Map<string, Message>();
  for (const { descriptor } of methods)
    for (const message of [descriptor.input, descriptor.output])
      messages.set(message.typeName, message);
  for (const { fields } of messages.values())
    for (const { message } of fields)
      if (message && messages.size < maxMessages) messages.set(message.typeName, message);

  return {
    service,
    methods: methods.map(({ endpoint, kind, descriptor: { input, output } }) => ({
      endpoint,
      kind,
      input: input.typeName,
      output: output.typeName,
      example: exampleOf(input),
    })),
    messages: Object.fromEntries(
      [...messages].map(([name, { fields }]) => [name, fields.map(describeField)]),
    ),
  };
}

function describeField(field: Field): FieldSummary {
  const values = field.enum?.values.slice(0, maxEnumValues).map((value) => value.name);
  return {
    name: field.jsonName,
    type: typeOf(field),
    ...(values && { values }),
    ...(field.oneof && { oneof: field.oneof.name }),
  };
}
