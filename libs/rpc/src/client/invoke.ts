import type { DescMethod } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import { type Message, type MessageInit, type Method, methodOf } from '../method.ts';
import { Call, type Sink } from './call.ts';
import { callerId } from './caller-id.ts';
import type { Destination } from './destination.ts';
import type { Limits } from './limits.ts';
import { oneResponse } from './one-response.ts';
import { type Outbox, singleRequest, streamedRequests } from './outbox.ts';
import { manyResponses } from './responses.ts';

/**
 * Calls a method of any kind. Answers what the kind answers: a promise of a message, or an async
 * iterable of them.
 *
 * @param limitsOf Says what holds for the call when it begins.
 * @throws RpcError for everything that goes wrong, from the promise or the iterable.
 */
export function invoke(
  destination: Destination,
  descriptor: DescMethod,
  request: unknown,
  limitsOf: () => Limits,
): Promise<Message> | AsyncIterable<Message> {
  const method = methodOf(descriptor);
  const begin = (sink: Sink): Call => {
    const outbox = outboxOf(method, request, (thrown) =>
      call.fail(thrown instanceof RpcError ? thrown : unobtainable(thrown)),
    );
    const call: Call = new Call(destination, method, limitsOf(), outbox, sink);
    return call;
  };
  return method.responseStream
    ? manyResponses(begin, method.readResponse)
    : oneResponse(begin, method.readResponse);
}

/** @param fail Hears why requests of a stream can't be had. */
function outboxOf(method: Method, request: unknown, fail: (thrown: unknown) => void): Outbox {
  const write = (message: unknown): Uint8Array => {
    try {
      return method.writeRequest(message as MessageInit);
    } catch (cause) {
      const detail = `expected a ${method.requestName}: ${(cause as Error).message}`;
      throw new RpcError(400, detail, { id: callerId, cause });
    }
  };
  if (!method.requestStream) return singleRequest(write(request));
  if (typeof request !== 'object' || request === null || !(Symbol.asyncIterator in request))
    throw new RpcError(400, `expected an async iterable of ${method.requestName}`, {
      id: callerId,
    });
  return streamedRequests(written(request as AsyncIterable<unknown>, write), fail);
}

/** It is the caller's own, so it may see why. */
function unobtainable(cause: unknown): RpcError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RpcError(500, `the requests could not be had: ${why}`, { id: callerId, cause });
}

/** No generator: its end would wait for the message that it waits for. */
function written(
  messages: AsyncIterable<unknown>,
  write: (message: unknown) => Uint8Array,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const source = messages[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await source.next();
          return done ? { done, value: undefined } : { done: false, value: write(value) };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
