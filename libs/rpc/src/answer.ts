import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import type { ClientFactory } from './client.ts';
import { RpcError } from './errors.ts';
import type { CallContext, Handlers } from './handlers.ts';
import { inheritMetadata, readMetadata } from './metadata.ts';
import { type Definition, defineMethod, type Message, type MessageInit } from './method.ts';

/** What became of one answered call. */
export interface Answered {
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** 200, or the code of the error. */
  readonly code: number;
  readonly durationMs: number;
  /** What went wrong, in full; never shown to callers. */
  readonly error?: RpcError;
}

export interface AnswerOptions {
  /** The service's registered name: who errors come from. */
  readonly name: string;
  /** Where the clients of handlers come from. */
  readonly client: ClientFactory;
  /** Hears of every call that ended. */
  readonly onAnswered?: (answered: Answered) => void;
}

type AnyCall =
  | grpc.ServerUnaryCall<Message, MessageInit>
  | grpc.ServerReadableStream<Message, MessageInit>
  | grpc.ServerWritableStream<Message, MessageInit>
  | grpc.ServerDuplexStream<Message, MessageInit>;
type Reply = grpc.sendUnaryData<MessageInit>;
type AnyHandler = (request: unknown, context: CallContext) => unknown;

/**
 * Makes grpc-js serve handlers: contexts, streams as async iterables, errors in go-micro's form.
 *
 * @param as The service's name on the wire, where it is not the proto's.
 */
export function answer<S extends DescService>(
  service: S,
  handlers: Handlers<S>,
  options: AnswerOptions,
  as?: string,
): { definition: grpc.ServiceDefinition; implementation: grpc.UntypedServiceImplementation } {
  const definition: Record<string, Definition> = {};
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const method of service.methods) {
    const handler = (handlers as Record<string, AnyHandler>)[method.localName];
    if (typeof handler !== 'function')
      throw new TypeError(
        `expected a handler ${method.localName} for ${service.typeName}.${method.name}`,
      );
    definition[method.name] = defineMethod(method, as);
    implementation[method.name] = implement(method, handler, options);
  }
  return { definition, implementation };
}

function implement(
  method: DescMethod,
  handler: AnyHandler,
  options: AnswerOptions,
): grpc.UntypedHandleCall {
  const begin = (call: AnyCall): { context: CallContext; done: (thrown?: unknown) => RpcError } => {
    const started = performance.now();
    const { context, release } = contextOf(call, options);
    return {
      context,
      done(thrown) {
        release();
        const error = RpcError.from(thrown, options.name);
        const answered: Answered = {
          endpoint: `${method.parent.name}.${method.name}`,
          code: thrown === undefined ? 200 : error.code,
          durationMs: performance.now() - started,
        };
        options.onAnswered?.(thrown === undefined ? answered : { ...answered, error });
        return error;
      },
    };
  };
  const one = async (call: AnyCall, request: unknown, reply: Reply): Promise<void> => {
    const { context, done } = begin(call);
    try {
      const response = (await handler(request, context)) as MessageInit;
      done();
      reply(null, response);
    } catch (thrown) {
      reply(statusOf(done(thrown)));
    }
  };
  const many = async (
    call:
      | grpc.ServerWritableStream<Message, MessageInit>
      | grpc.ServerDuplexStream<Message, MessageInit>,
    request: unknown,
  ): Promise<void> => {
    const { context, done } = begin(call);
    try {
      for await (const response of handler(request, context) as AsyncIterable<MessageInit>) {
        if (context.signal.aborted) break;
        if (!call.write(response)) await drained(call, context.signal);
      }
      done();
      call.end();
    } catch (thrown) {
      // Not destroy(): that would cut off the status, and the caller would wait for ever.
      call.emit('error', statusOf(done(thrown)));
    }
  };
  const implementations = {
    unary: (call: grpc.ServerUnaryCall<Message, MessageInit>, reply: Reply) =>
      void one(call, call.request, reply),
    client_streaming: (call: grpc.ServerReadableStream<Message, MessageInit>, reply: Reply) =>
      void one(call, requestsOf(call), reply),
    server_streaming: (call: grpc.ServerWritableStream<Message, MessageInit>) =>
      void many(call, call.request),
    bidi_streaming: (call: grpc.ServerDuplexStream<Message, MessageInit>) =>
      void many(call, requestsOf(call)),
  } satisfies { [Kind in DescMethod['methodKind']]: grpc.UntypedHandleCall };
  return implementations[method.methodKind];
}

function contextOf(
  call: AnyCall,
  { name, client }: AnswerOptions,
): { context: CallContext; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new RpcError(499, 'the caller is gone', { id: name }));
  if (call.cancelled) abort();
  const events: NodeJS.EventEmitter = call;
  events.on('cancelled', abort);
  const deadline = Number(call.getDeadline());
  const metadata = readMetadata(call.metadata);
  const inherited = {
    signal: controller.signal,
    deadline: Number.isFinite(deadline) ? deadline : undefined,
    metadata,
  };
  return {
    context: {
      ...inherited,
      client: client.for({ ...inherited, metadata: inheritMetadata(metadata) }),
    },
    release: () => events.off('cancelled', abort),
  };
}

/** The requests of a stream; ends without an error when the caller cancels, for the signal says so. */
async function* requestsOf(
  call:
    | grpc.ServerReadableStream<Message, MessageInit>
    | grpc.ServerDuplexStream<Message, MessageInit>,
): AsyncGenerator<Message> {
  try {
    // A handler that stops reading has not ended the call: its answer or its error is still to come.
    for await (const request of call.iterator({ destroyOnReturn: false })) yield request as Message;
  } catch (error) {
    if (!call.cancelled) throw error;
  }
}

/** Waits until the caller has read what was written, or is gone. */
async function drained(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  call.once('drain', wake);
  signal.addEventListener('abort', wake);
  await promise;
  call.off('drain', wake);
  signal.removeEventListener('abort', wake);
}

function statusOf(error: RpcError): Pick<grpc.StatusObject, 'code' | 'details'> & Error {
  const details = JSON.stringify(error);
  return Object.assign(new Error(details), { code: error.grpcCode, details });
}
