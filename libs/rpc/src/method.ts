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

/** What callers and servers know of a method beyond its descriptor. */
export interface Method {
  /** `/go.micro.srv.greeter.Say/Hello`. */
  readonly path: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  /** Whether it may be carried out twice: `idempotency_level` in its proto. */
  readonly idempotent: boolean;
  /** The full name of its request, for people. */
  readonly requestName: string;
  /** @throws Error if the value is no such message. */
  writeRequest(value: MessageInit): Uint8Array;
  /** @throws Error if the bytes are no such message. */
  readResponse(bytes: Uint8Array): Message;
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
    writeRequest: (value) => toBinary(method.input, create(method.input, value)),
    readResponse: (bytes) => fromBinary(method.output, bytes),
  };
}
