import { setTimeout as delay } from 'node:timers/promises';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { createCancellation } from './cancellation.ts';
import type { ClientCompatRequest } from './gen/connectrpc/conformance/v1/client_compat_pb.ts';
import { StreamType } from './gen/connectrpc/conformance/v1/config_pb.ts';

/** What one call sends, as the suite wants it: with pauses, in turns, cancelled at some point. */
export interface Requests {
  /** Cancels the call. */
  readonly signal: AbortSignal;
  /**
   * The request of a method that takes one, sent at once.
   *
   * @throws Error if there is not just one, or it is of another type.
   */
  one<S extends DescMessage>(schema: S): MessageShape<S>;
  /** The requests of a method that takes many. */
  many<S extends DescMessage>(schema: S): AsyncIterable<MessageShape<S>>;
  /** @param count How many answers have come by now. */
  answered(count: number): void;
}

export function createRequests(call: ClientCompatRequest): Requests {
  const cancellation = createCancellation(call.cancel);
  const turns = call.requestMessages.map(() => Promise.withResolvers<void>());
  const inTurns = call.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
  return {
    signal: cancellation.signal,
    one(schema) {
      const [message, ...more] = unpack(schema, call);
      if (!message || more.length > 0)
        throw new Error(`expected one request, got ${call.requestMessages.length}`);
      cancellation.afterClose();
      return message;
    },
    async *many(schema) {
      for (const [index, message] of unpack(schema, call).entries()) {
        await delay(call.requestDelayMs);
        yield message;
        if (inTurns) await turns[index]?.promise;
      }
      cancellation.beforeClose();
      cancellation.afterClose();
    },
    answered(count) {
      cancellation.received(count);
      turns[count - 1]?.resolve();
    },
  };
}

function unpack<S extends DescMessage>(
  schema: S,
  { requestMessages }: ClientCompatRequest,
): MessageShape<S>[] {
  return requestMessages.map((any) => {
    const message = anyUnpack(any, schema);
    if (!message) throw new Error(`expected a ${schema.typeName}, got ${any.typeUrl}`);
    return message;
  });
}
