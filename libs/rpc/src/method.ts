import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';

/** A message as read from the wire. */
export type Message = MessageShape<DescMessage>;
/** A message as people write it: any part of its fields. */
export type MessageInit = MessageInitShape<DescMessage>;

/** What grpc-js wants to know of a method, on either side. */
export interface Definition {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestSerialize(value: MessageInit): Buffer;
  requestDeserialize(bytes: Buffer): Message;
  responseSerialize(value: MessageInit): Buffer;
  responseDeserialize(bytes: Buffer): Message;
}

/** @param service The name before the slash of the path; the proto service's full name as a rule. */
export function defineMethod(
  method: DescMethod,
  service: string = method.parent.typeName,
): Definition {
  return {
    path: `/${service}/${method.name}`,
    requestStream:
      method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream:
      method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: writerOf(method.input),
    requestDeserialize: readerOf(method.input),
    responseSerialize: writerOf(method.output),
    responseDeserialize: readerOf(method.output),
  };
}

function writerOf(schema: DescMessage): (value: MessageInit) => Buffer {
  return (value) => {
    const bytes = toBinary(schema, create(schema, value));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function readerOf(schema: DescMessage): (bytes: Buffer) => Message {
  return (bytes) => fromBinary(schema, bytes);
}
