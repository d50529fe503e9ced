import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Idempotency } from '@bufbuild/protobuf/wkt';

/** A message as read from the wire. */
export type Message = MessageShape<DescMessage>;
/** A message as people write it: any part of its fields. */
export type MessageInit = MessageInitShape<DescMessage>;

/** A method as it goes over the wire. */
export interface Method {
  readonly path: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  /** Whether it may be carried out twice: `idempotency_level` in its proto. */
  readonly idempotent: boolean;
  /** The full name of its request, for people. */
  readonly requestName: string;
  requestSerialize(value: MessageInit): Uint8Array;
  requestDeserialize(bytes: Uint8Array): Message;
  responseSerialize(value: MessageInit): Uint8Array;
  responseDeserialize(bytes: Uint8Array): Message;
}

const known = new WeakMap<DescMethod, Method>();

/** The method under its proto service's full name, made once. */
export function methodOf(descriptor: DescMethod): Method {
  let method = known.get(descriptor);
  if (!method) {
    method = defineMethod(descriptor);
    known.set(descriptor, method);
  }
  return method;
}

function defineMethod(method: DescMethod): Method {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    endpoint: `${method.parent.name}.${method.name}`,
    requestStream:
      method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream:
      method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    idempotent: method.idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN,
    requestName: method.input.typeName,
    requestSerialize: writerOf(method.input),
    requestDeserialize: readerOf(method.input),
    responseSerialize: writerOf(method.output),
    responseDeserialize: readerOf(method.output),
  };
}

function writerOf(schema: DescMessage): (value: MessageInit) => Uint8Array {
  return (value) => toBinary(schema, create(schema, value));
}

function readerOf(schema: DescMessage): (bytes: Uint8Array) => Message {
  return (bytes) => fromBinary(schema, bytes);
}
