import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Channels } from './channel.ts';
import { invoke } from './invoke.ts';

/** Chosen for one call, or for every call of a client. */
export interface CallOptions {
  /** How long to wait in all, in milliseconds; the deadline of the call this one is made for may end it sooner. */
  readonly timeoutMs?: number;
  /** Aborting it cancels the call here and at the service. */
  readonly signal?: AbortSignal;
  /** Sent along as gRPC metadata; keys in lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
}

type Request<M extends DescMethod> = MessageInitShape<M['input']>;
type Response<M extends DescMethod> = MessageShape<M['output']>;

/** One method as callers see it: a promise of a message, or an async iterable that cancels when left. */
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

/** What calls made for another call take over from it. */
export interface Inherited {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly deadline: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

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
}

export function createClientFactory(
  options: ClientFactoryOptions,
  inherited?: Inherited,
): ClientFactory {
  const client = <S extends DescService>(service: S, name: string): Client<S> =>
    Object.fromEntries(
      service.methods.map((method) => [
        method.localName,
        (request: unknown, call: CallOptions = {}) =>
          invoke(
            options.channels.open(name),
            method,
            request,
            limits(method, options, call, inherited),
          ),
      ]),
    ) as Client<S>;
  return Object.assign(client, {
    for: (next: Inherited): ClientFactory => createClientFactory(options, next),
  });
}

/** What holds for one call: the nearest deadline, every signal, all metadata. */
function limits(
  method: DescMethod,
  { name, timeoutMs = 5_000 }: ClientFactoryOptions,
  call: CallOptions,
  inherited: Inherited | undefined,
): { deadline: number; signals: AbortSignal[]; metadata: Record<string, string> } {
  const own = call.timeoutMs ?? (method.methodKind === 'unary' ? timeoutMs : Infinity);
  return {
    deadline: Math.min(Date.now() + own, inherited?.deadline ?? Infinity),
    signals: [call.signal, inherited?.signal].filter((signal) => signal !== undefined),
    metadata: { ...inherited?.metadata, ...call.metadata, 'micro-from-service': name },
  };
}
