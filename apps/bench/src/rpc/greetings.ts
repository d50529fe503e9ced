import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Say } from '@micro/contracts';

/** One method in the words of grpc-js, which nice-grpc takes too. */
export interface Definition<I extends DescMessage, O extends DescMessage> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestSerialize(value: MessageInitShape<I>): Buffer;
  requestDeserialize(bytes: Buffer): MessageShape<I>;
  responseSerialize(value: MessageInitShape<O>): Buffer;
  responseDeserialize(bytes: Buffer): MessageShape<O>;
}

/** What peers serve and call: our greeter, its messages written and read as we do it. */
export const greetings = {
  hello: define(Say.method.hello, Say.method.hello.input, Say.method.hello.output),
  count: define(Say.method.count, Say.method.count.input, Say.method.count.output),
};

function define<I extends DescMessage, O extends DescMessage>(
  { name, parent, methodKind }: DescMethod,
  input: I,
  output: O,
): Definition<I, O> {
  return {
    path: `/${parent.typeName}/${name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: writerOf(input),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: writerOf(output),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

function writerOf<M extends DescMessage>(schema: M): (value: MessageInitShape<M>) => Buffer {
  return (value) => {
    const bytes = toBinary(schema, create(schema, value));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}
