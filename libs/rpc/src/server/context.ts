import type { ClientFactory } from '../client/client.ts';
import type { RpcError } from '../errors.ts';
import { callerKey, inheritMetadata } from '../metadata.ts';
import type { Span } from '../tracing.ts';
import type { IncomingCall, Metadata } from '../transport/transport.ts';
import type { CallContext } from './handlers.ts';

export interface ContextOptions {
  /** Where the clients of handlers come from. */
  readonly client: ClientFactory;
  /** Keys of metadata that go along with the calls made for a call, besides those that always do. @default none */
  readonly passMetadata?: readonly string[];
}

/** The context of one call. What few handlers ask for is made when they do: it would cost each call. */
export class Context implements CallContext {
  readonly deadline: number | undefined;
  readonly metadata: Metadata;
  readonly #call: IncomingCall;
  readonly #options: ContextOptions;
  readonly #span: Span | undefined;
  #aborting: AbortController | undefined;
  #reason: RpcError | undefined;
  #client: ClientFactory | undefined;
  #header: Record<string, string> | undefined;
  #trailer: Record<string, string> | undefined;

  /** @param span The call's part of a trace. */
  constructor(call: IncomingCall, options: ContextOptions, span: Span | undefined) {
    this.deadline = call.deadline;
    this.metadata = call.metadata;
    this.#call = call;
    this.#options = options;
    this.#span = span;
  }

  get signal(): AbortSignal {
    if (!this.#aborting) {
      this.#aborting = new AbortController();
      if (this.#reason) this.#aborting.abort(this.#reason);
    }
    return this.#aborting.signal;
  }

  get client(): ClientFactory {
    const { client, passMetadata } = this.#options;
    this.#client ??= client.for({
      signal: this.signal,
      deadline: this.deadline,
      metadata: inheritMetadata(this.metadata, passMetadata),
      span: this.#span,
    });
    return this.#client;
  }

  get caller(): string | undefined {
    return this.metadata[callerKey];
  }

  get peer(): string {
    return this.#call.peer;
  }

  get identities(): readonly string[] {
    return this.#call.identities;
  }

  get responseHeader(): Record<string, string> {
    this.#header ??= {};
    return this.#header;
  }

  get responseTrailer(): Record<string, string> {
    this.#trailer ??= {};
    return this.#trailer;
  }

  /** What the handler filled in of either, if it did. */
  get filled(): { readonly header: Metadata | undefined; readonly trailer: Metadata | undefined } {
    return { header: this.#header, trailer: this.#trailer };
  }

  /** @param reason What `signal` says. */
  abort(reason: RpcError): void {
    this.#reason = reason;
    this.#aborting?.abort(reason);
  }
}
