import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';

/**
 * The messages of a pipe from the suite: each after its length in four bytes, the highest first.
 *
 * @throws Error if the pipe ends within a message.
 */
export async function* readMessages<S extends DescMessage>(
  schema: S,
  pipe: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageShape<S>> {
  let rest = Buffer.alloc(0);
  for await (const chunk of pipe) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE();
      yield fromBinary(schema, rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) throw new Error(`expected a whole message, got ${rest.length} bytes of one`);
}

/** A message as the suite reads it from a pipe. */
export function frameMessage<S extends DescMessage>(
  schema: S,
  message: MessageInitShape<S>,
): Uint8Array {
  const bytes = toBinary(schema, create(schema, message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
