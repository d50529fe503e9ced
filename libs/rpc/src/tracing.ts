import type { Code } from './transport/code.ts';
import type { Metadata } from './transport/transport.ts';

/** Hears of calls, to make a trace of them. rpc knows no tracing library; who has one binds it here. */
export interface Tracer {
  /** A call that is answered. */
  server(call: TracedCall): Span;
  /** A call that is made. @param parent What it is made for. */
  client(call: TracedCall, parent: Span | undefined): Span;
}

export interface TracedCall {
  /** The registered name, `go.micro.srv.greeter`. */
  readonly service: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** What goes along with it; it may say which trace it belongs to. */
  readonly metadata: Metadata;
}

/** One call's part of a trace. */
export interface Span {
  /** What goes along with the call, so that the other side joins the trace: `traceparent`. */
  readonly metadata: Metadata;
  /** Runs work so that what it starts belongs to this span. */
  run<T>(work: () => T): T;
  end(outcome: { readonly code: Code }): void;
}
