import {
  type DescField,
  type DescMessage,
  type DescService,
  getOption,
  ScalarType,
} from '@bufbuild/protobuf';
import type { Endpoint, Value } from '@micro/registry';
import { public$ } from './gen/micro/options_pb.ts';
import { methodOf } from './method.ts';

/** How deep go-micro describes messages (server/extractor.go). */
const maxDepth = 3;

/** Describes a proto service's methods as a registration carries them. */
export function endpointsOf(service: DescService): Endpoint[] {
  return service.methods.map((method) => ({
    name: methodOf(method).endpoint,
    request: {
      name: method.input.name,
      type: method.input.name,
      values: fieldsOf(method.input, 1),
    },
    response: {
      name: method.output.name,
      type: method.output.name,
      values: fieldsOf(method.output, 1),
    },
    metadata: {
      stream: String(method.methodKind !== 'unary'),
      ...(getOption(method, public$) && { public: 'true' }),
      ...(methodOf(method).idempotent && { idempotent: 'true' }),
    },
  }));
}

function fieldsOf(message: DescMessage, depth: number): Value[] {
  if (depth > maxDepth) return [];
  return message.fields.map((field) => {
    const inner = field.fieldKind === 'list' ? field.listKind : field.fieldKind;
    return {
      name: field.name,
      type: field.fieldKind === 'list' ? `[]${typeOf(field)}` : typeOf(field),
      values: inner === 'message' && field.message ? fieldsOf(field.message, depth + 1) : [],
    };
  });
}

/** The type's name as Go says it. */
function typeOf(field: DescField): string {
  if (field.fieldKind === 'map') return 'map';
  if (field.message) return field.message.name;
  if (field.enum) return field.enum.name;
  return field.scalar === undefined ? 'string' : goTypes[field.scalar];
}

const goTypes: Record<ScalarType, string> = {
  [ScalarType.DOUBLE]: 'float64',
  [ScalarType.FLOAT]: 'float32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.INT32]: 'int32',
  [ScalarType.FIXED64]: 'uint64',
  [ScalarType.FIXED32]: 'uint32',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.STRING]: 'string',
  [ScalarType.BYTES]: '[]uint8',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.SFIXED32]: 'int32',
  [ScalarType.SFIXED64]: 'int64',
  [ScalarType.SINT32]: 'int32',
  [ScalarType.SINT64]: 'int64',
};
