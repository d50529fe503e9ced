import type { DescMethod } from '@bufbuild/protobuf';
import { methodOf } from '../method.ts';
import type { IncomingCall, IncomingHandler } from '../transport/transport.ts';
import { type AnsweredMethod, Answering, type AnswerOptions } from './answering.ts';
import type { CallContext } from './handlers.ts';
import { readRequest } from './messages.ts';

/** A handler of any method: what it takes and answers is known by the method's kind. */
export type AnyHandler = (request: unknown, context: CallContext) => unknown;

/**
 * Answers the calls of one method by a handler: contexts, streams as async iterables, errors in
 * go-micro's form. Whatever a handler does, each call ends once and the process lives.
 */
export function answer(
  answered: AnsweredMethod,
  handler: AnyHandler,
  options: AnswerOptions,
): IncomingHandler {
  const { method } = answered;
  const { requestStream, responseStream } = methodOf(method);
  const request = requestStream ? requestsOf : requestOf;
  const run = responseStream ? many : one;
  return (call) => {
    const ask = (context: CallContext): unknown => handler(request(method, call, context), context);
    new Answering(call, answered, options, (answering) => run(answering, ask, method)).start();
  };
}

type Ask = (context: CallContext) => unknown;

async function one(answering: Answering, ask: Ask): Promise<void> {
  try {
    // A promise that is over by now is waited for all the same: it may be a mistake's.
    void answering.send(await ask(answering.context));
    answering.succeed();
  } catch (thrown) {
    answering.fail(thrown);
  } finally {
    answering.done();
  }
}

async function many(answering: Answering, ask: Ask, method: DescMethod): Promise<void> {
  try {
    const responses = ask(answering.context);
    if (!isAsyncIterable(responses))
      throw new TypeError(
        `expected ${methodOf(method).endpoint} to answer an async iterable, got ${typeof responses}`,
      );
    for await (const response of responses) {
      if (answering.over) return;
      const room = answering.send(response);
      if (room) await room;
    }
    answering.succeed();
  } catch (thrown) {
    answering.fail(thrown);
  } finally {
    answering.done();
  }
}

function requestOf(method: DescMethod, call: IncomingCall): unknown {
  return readRequest(method, call.request);
}

/** @throws why the caller is gone, if it is before its last request: what came is not all there was to be. */
async function* requestsOf(
  method: DescMethod,
  call: IncomingCall,
  { signal }: CallContext,
): AsyncGenerator {
  for await (const bytes of call.requests) yield readRequest(method, bytes);
  if (call.cancelled) throw signal.reason;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
