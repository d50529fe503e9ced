import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Metadata } from '../transport/transport.ts';
import type { Channels } from './channels.ts';
import { type Inherited, limitCalls } from './inherited.ts';
import { invoke } from './invoke.ts';

/** Chosen for one call, or for every call of a client. */
export interface CallOptions {
  /** How long to wait in all, in milliseconds; the deadline of the call this one is made for may end it sooner. */
  readonly timeoutMs?: number;
  /** Aborting it cancels the call here and at the service. */
  readonly signal?: AbortSignal;
  /** Sent along as gRPC metadata; keys in lower case, values of keys that end in `-bin` in base64. */
  readonly metadata?: Metadata;
  /** Waits for a node until the deadline, where otherwise a call without one fails at once. @default false */
  readonly waitForReady?: boolean;
  /** Only nodes of this version will do. */
  readonly version?: string;
  /** Only nodes whose metadata says this will do. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Hears what the service sends ahead of its first answer. */
  readonly onHeader?: (metadata: Metadata) => void;
  /** Hears what the service sends at the end, after errors too. */
  readonly onTrailer?: (metadata: Metadata) => void;
}

type Request<M extends DescMethod> = MessageInitShape<M['input']>;
type Response<M extends DescMethod> = MessageShape<M['output']>;

/**
 * One method as callers see it: a promise of a message, or an async iterable that cancels when left. Responses
 * that arrive in one piece with an error may be lost with it: grpc-js ends a stream at once.
 */
export type ClientMethod<M extends DescMethod> = {
  unary: (request: Request<M>, options?: CallOptions) => Promise<Response<M>>;
  server_streaming: (request: Request<M>, options?: CallOptions) => AsyncIterable<Response<M>>;
  client_streaming: (
    requests: AsyncIterable<Request<M>>,
    options?: CallOptions,
  ) => Promise<Response<M>>;
  bidi_streaming: (
    requests: AsyncIterable<Request<M>>,
    options?: CallOptions,
  ) => AsyncIterable<Response<M>>;
}[M['methodKind']];

/** The methods of a proto service, to be called. Every failure is an RpcError. */
export type Client<S extends DescService> = {
  readonly [Name in keyof S['method']]: ClientMethod<S['method'][Name]>;
};

/** Makes clients of services by their registered names. */
export interface ClientFactory {
  /** @param name Who serves it, `go.micro.srv.greeter`. */
  <S extends DescService>(service: S, name: string): Client<S>;
  /** The same, for calls made on behalf of another call. */
  for(inherited: Inherited): ClientFactory;
}

export interface ClientFactoryOptions {
  readonly channels: Channels;
  /** Sent as `micro-from-service`: who calls. */
  readonly name: string;
  /** For calls that say nothing else, in milliseconds. Streams have none unless they say so. @default 5000 */
  readonly timeoutMs?: number;
  /**
   * How often a call is made again, on another node, when its node died with it: only of methods whose proto says
   * that they may be carried out twice, and not on behalf of a call whose caller does the same. What no
   * handler saw is made again in any case. @default 1
   */
  readonly retries?: number;
}

export function createClientFactory(
  options: ClientFactoryOptions,
  inherited?: Inherited,
): ClientFactory {
  const limits = limitCalls(options, inherited);
  const client = <S extends DescService>(service: S, name: string): Client<S> =>
    Object.fromEntries(
      service.methods.map((method) => [
        method.localName,
        (request: unknown, call: CallOptions = none) =>
          invoke(options.channels.open(name), method, request, () => limits(method, call)),
      ]),
    ) as Client<S>;
  return Object.assign(client, {
    for: (next: Inherited): ClientFactory => createClientFactory(options, next),
  });
}

const none: CallOptions = {};
