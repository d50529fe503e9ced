import type { DescMethod } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Idempotency } from '@bufbuild/protobuf/wkt';
import type * as grpc from '@grpc/grpc-js';
import { isUnanswered, RpcError } from './errors.ts';
import { checkMetadata } from './metadata.ts';
import { defineMethod, type Message, type MessageInit } from './method.ts';
import { send } from './send.ts';
import { toMetadata } from './transport/grpc-js/metadata.ts';

/** Who says so where no service did: the name go-micro's clients give themselves. */
const callerId = 'go.micro.client';

export interface InvokeOptions {
  /** Milliseconds since 1970; Infinity for never. */
  readonly deadline: number;
  readonly signals: readonly AbortSignal[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Calls a method of any kind. Answers what the kind answers: a promise of a message, or an async
 * iterable of them.
 *
 * @throws RpcError for everything that goes wrong, from the promise or the iterable.
 */
export function invoke(
  channel: grpc.Client,
  method: DescMethod,
  request: unknown,
  options: InvokeOptions,
): Promise<Message> | AsyncIterable<Message> {
  const { path, requestSerialize: write, responseDeserialize: read } = defineMethod(method);
  const metadata = (): grpc.Metadata => toMetadata(checkMetadata(options.metadata));
  const limits = { deadline: options.deadline };
  switch (method.methodKind) {
    case 'unary':
      return retried(method, options, () =>
        one(options, (done) =>
          channel.makeUnaryRequest(
            path,
            write,
            read,
            request as MessageInit,
            metadata(),
            limits,
            done,
          ),
        ),
      );
    case 'client_streaming':
      return one(options, (done, fail) => {
        const call = channel.makeClientStreamRequest(path, write, read, metadata(), limits, done);
        send(call, request as AsyncIterable<MessageInit>).catch(fail);
        return call;
      });
    case 'server_streaming':
      return many(options, () =>
        channel.makeServerStreamRequest(
          path,
          write,
          read,
          request as MessageInit,
          metadata(),
          limits,
        ),
      );
    case 'bidi_streaming':
      return many(options, (fail) => {
        const call = channel.makeBidiStreamRequest(path, write, read, metadata(), limits);
        send(call, request as AsyncIterable<MessageInit>).catch(fail);
        return call;
      });
  }
}

/**
 * Calls once more what a dying node left unanswered; the balancer's next turn is another one. Only
 * methods that say they may be called twice: the first call may have been carried out. What a
 * service answered is final, its "overloaded" above all: else each hop would double the calls.
 */
async function retried(
  { idempotency }: DescMethod,
  { signals, deadline }: InvokeOptions,
  call: () => Promise<Message>,
): Promise<Message> {
  try {
    return await call();
  } catch (error) {
    const safe = idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN;
    const wanted = Date.now() < deadline && !signals.some(({ aborted }) => aborted);
    if (safe && wanted && error instanceof RpcError && isUnanswered(error)) return call();
    throw error;
  }
}

/** Ends a call because its own requests could not be had. */
type Fail = (thrown: unknown) => void;

async function one(
  { signals }: InvokeOptions,
  start: (done: grpc.requestCallback<Message>, fail: Fail) => grpc.ClientUnaryCall,
): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>();
  const call = start(
    (error, response) =>
      error ? reject(RpcError.from(error, callerId)) : resolve(response as Message),
    (thrown) => {
      reject(RpcError.from(thrown, callerId));
      call.cancel();
    },
  );
  const release = cancelOn(signals, call);
  try {
    return await promise;
  } finally {
    release();
  }
}

async function* many(
  { signals }: InvokeOptions,
  start: (fail: Fail) => grpc.ClientReadableStream<Message>,
): AsyncGenerator<Message> {
  let own: unknown;
  const call = start((thrown) => {
    own = thrown;
    call.cancel();
  });
  const release = cancelOn(signals, call);
  try {
    for await (const message of call) yield message as Message;
  } catch (error) {
    throw RpcError.from(own ?? error, callerId);
  } finally {
    release();
    // Leaving the loop does not end the call by itself: the service would stream on.
    call.on('error', () => {});
    call.cancel();
  }
}

function cancelOn(signals: readonly AbortSignal[], call: { cancel(): void }): () => void {
  const cancel = (): void => call.cancel();
  for (const signal of signals) {
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
  }
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', cancel);
  };
}
