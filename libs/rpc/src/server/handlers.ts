import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { ClientFactory } from '../client/client.ts';

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** Aborted when the caller is gone or out of patience: stop working. The reason is an RpcError 499 or 504. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds since 1970; undefined if it never does. */
  readonly deadline: number | undefined;
  /** What the caller sent along, keys in lower case; the value of a key that ends in `-bin` is base64. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Makes clients whose calls inherit signal, deadline and metadata of this one. */
  readonly client: ClientFactory;
  /** The registered name of the service that calls, as it says itself; undefined if it does not. */
  readonly caller: string | undefined;
  /** `host:port` the call came from. */
  readonly peer: string;
  /** Who the caller proved to be by its certificate: its URI names, else its DNS names; none without one. */
  readonly identities: readonly string[];
  /** Sent before the first answer: fill it in until then. */
  readonly responseHeader: Record<string, string>;
  /** Sent after the last answer or with the error: fill it in until then. */
  readonly responseTrailer: Record<string, string>;
}

type Request<M extends DescMethod> = MessageShape<M['input']>;
type Response<M extends DescMethod> = MessageInitShape<M['output']>;

/** What a service writes for one method: a function of messages, an async generator for a stream. */
export type Handler<M extends DescMethod> = {
  unary: (request: Request<M>, context: CallContext) => Response<M> | Promise<Response<M>>;
  server_streaming: (request: Request<M>, context: CallContext) => AsyncIterable<Response<M>>;
  client_streaming: (
    requests: AsyncIterable<Request<M>>,
    context: CallContext,
  ) => Response<M> | Promise<Response<M>>;
  bidi_streaming: (
    requests: AsyncIterable<Request<M>>,
    context: CallContext,
  ) => AsyncIterable<Response<M>>;
}[M['methodKind']];

/** A handler for every method of a proto service; a missing one does not compile. */
export type Handlers<S extends DescService> = {
  readonly [Name in keyof S['method']]: Handler<S['method'][Name]>;
};

/** A proto service with its handlers, as `run` and the server take it. */
export type Served<S extends DescService> = readonly [service: S, handlers: Handlers<S>];

/** Several of them: each pair's handlers are checked against its own service. */
export type ServedList<Services extends readonly DescService[]> = {
  readonly [Index in keyof Services]: Served<Services[Index]>;
};
