import { Code, type Span, type TracedCall, type Tracer } from '@micro/rpc';
import type { Context, Span as OtelSpan, SpanOptions } from '@opentelemetry/api';

type Api = typeof import('@opentelemetry/api');

/** Where every version of OpenTelemetry's API puts what was registered with it. */
const registered = Symbol.for('opentelemetry.js.api.1');

/**
 * Makes traces with OpenTelemetry where its SDK was registered before the start, as
 * `node --import ./tracing.mjs` does. undefined where it was not: then nothing of it is loaded.
 */
export async function loadTracer(): Promise<Tracer | undefined> {
  const global = (globalThis as Readonly<Record<symbol, unknown>>)[registered];
  if (typeof global !== 'object' || global === null || !('trace' in global)) return undefined;
  return createTracer(await import('@opentelemetry/api'));
}

/** Spans by https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
function createTracer(api: Api): Tracer {
  const { context, propagation, ROOT_CONTEXT, SpanKind, trace } = api;
  const tracer = trace.getTracer('@micro/rpc');
  /** The context each span is the last of. */
  const contexts = new WeakMap<Span, Context>();

  const begin = (call: TracedCall, kind: SpanOptions['kind'], parent: Context): Span => {
    const { name, attributes } = describe(call);
    const made = tracer.startSpan(
      name,
      { ...(kind !== undefined && { kind }), attributes },
      parent,
    );
    const within = trace.setSpan(parent, made);
    const metadata: Record<string, string> = {};
    propagation.inject(within, metadata);
    const span: Span = {
      metadata,
      run: (work) => context.with(within, work),
      end: ({ code }) => end(api, made, code, kind === SpanKind.SERVER),
    };
    contexts.set(span, within);
    return span;
  };

  return {
    server: (call) =>
      begin(call, SpanKind.SERVER, propagation.extract(ROOT_CONTEXT, call.metadata)),
    client(call, parent) {
      // A span that a handler began by itself is nearer than that of the call it answers.
      const active = context.active();
      if (trace.getSpan(active)) return begin(call, SpanKind.CLIENT, active);
      const above = parent && contexts.get(parent);
      return begin(call, SpanKind.CLIENT, above ?? propagation.extract(active, call.metadata));
    },
  };
}

function describe({ service, endpoint }: TracedCall) {
  const cut = endpoint.lastIndexOf('.');
  const rpcService = `${service}.${endpoint.slice(0, cut)}`;
  const method = endpoint.slice(cut + 1);
  return {
    name: `${rpcService}/${method}`,
    attributes: { 'rpc.system': 'grpc', 'rpc.service': rpcService, 'rpc.method': method },
  };
}

/** A server's span is an error only where the server is to blame; a client's wherever the call failed. */
function end({ SpanStatusCode }: Api, span: OtelSpan, code: Code, server: boolean): void {
  span.setAttribute('rpc.grpc.status_code', code);
  if (server ? serverFaults.has(code) : code !== Code.OK)
    span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

const serverFaults: ReadonlySet<Code> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.UNIMPLEMENTED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS,
]);
