import type { DescMethod } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import type { IncomingCall, IncomingHandler } from '../transport/transport.ts';
import { Answering, type AnswerOptions } from './answering.ts';
import type { CallContext } from './handlers.ts';
import { readRequest } from './messages.ts';

/** A handler of any method: what it takes and answers is known by the method's kind. */
export type AnyHandler = (request: unknown, context: CallContext) => unknown;

/**
 * Answers the calls of one method by a handler: contexts, streams as async iterables, errors in
 * go-micro's form. Whatever a handler does, each call ends once and the process lives.
 *
 * @param maxBytes Of one response.
 */
export function answer(
  method: DescMethod,
  handler: AnyHandler,
  options: AnswerOptions,
  maxBytes: number,
): IncomingHandler {
  const request = takesMany(method) ? requestsOf : requestOf;
  const run = answersMany(method) ? many : one;
  return (call) => {
    const answering = new Answering(call, method, options, maxBytes);
    if (answering.late) {
      answering.fail(new RpcError(504, 'the deadline was over before the call began'));
      return;
    }
    const work = (): Promise<void> =>
      run(answering, () => handler(request(method, call), answering.context), method);
    void (answering.span ? answering.span.run(work) : work());
  };
}

async function one(answering: Answering, ask: () => unknown): Promise<void> {
  try {
    // A promise that is over by now is waited for all the same: it may be a mistake's.
    void answering.send(await ask());
    answering.succeed();
  } catch (thrown) {
    answering.fail(thrown);
  }
}

async function many(answering: Answering, ask: () => unknown, method: DescMethod): Promise<void> {
  try {
    const responses = ask();
    if (!isAsyncIterable(responses))
      throw new TypeError(
        `expected ${method.parent.name}.${method.name} to answer an async iterable, got ${typeof responses}`,
      );
    for await (const response of responses) {
      if (answering.over) return;
      const room = answering.send(response);
      if (room) await room;
    }
    answering.succeed();
  } catch (thrown) {
    answering.fail(thrown);
  }
}

function requestOf(method: DescMethod, call: IncomingCall): unknown {
  return readRequest(method, call.request);
}

async function* requestsOf(method: DescMethod, call: IncomingCall): AsyncGenerator {
  for await (const bytes of call.requests) yield readRequest(method, bytes);
}

function takesMany({ methodKind }: DescMethod): boolean {
  return methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
}

function answersMany({ methodKind }: DescMethod): boolean {
  return methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
