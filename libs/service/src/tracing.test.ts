import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Say } from '@micro/contracts';
import { Code, type Handlers, type Tracer } from '@micro/rpc';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { start } from './start.ts';
import { loadTracer } from './tracing.ts';

const hello = { service: 'go.micro.srv.greeter', endpoint: 'Say.Hello', metadata: {} };
const exporter = new InMemorySpanExporter();
beforeEach(() => exporter.reset());

/** Registers the SDK for one test, as a program does before it starts. */
async function traced(): Promise<Tracer> {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  onTestFinished(() => {
    for (const api of [trace, context, propagation]) api.disable();
  });
  return (await loadTracer())!;
}

const finished = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    kind: span.kind,
    status: span.status.code,
    attributes: span.attributes,
    id: span.spanContext().spanId,
    traceId: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId,
  }));

test('a call that is answered joins the trace of who called, one made for it goes on with it', async () => {
  const tracer = await traced();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const metadata = {
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    tracestate: 'vendor=value',
  };
  const server = tracer.server({ ...hello, metadata });
  const client = tracer.client(
    { service: 'go.micro.srv.b', endpoint: 'Other.Count', metadata: {} },
    server,
  );
  expect(client.metadata).toEqual({
    traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`)),
    tracestate: 'vendor=value',
  });
  client.end({ code: Code.OK });
  server.end({ code: Code.OK });

  const [made, answered] = finished();
  expect(answered).toMatchObject({
    name: 'go.micro.srv.greeter.Say/Hello',
    kind: SpanKind.SERVER,
    status: SpanStatusCode.UNSET,
    traceId,
    parent: 'b7ad6b7169203331',
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': 'go.micro.srv.greeter.Say',
      'rpc.method': 'Hello',
      'rpc.grpc.status_code': 0,
    },
  });
  expect(made).toMatchObject({
    name: 'go.micro.srv.b.Other/Count',
    kind: SpanKind.CLIENT,
    traceId,
    parent: answered!.id,
  });
  expect(client.metadata['traceparent']).toContain(made!.id);
});

test('what a handler traces by itself stands between the call it answers and those it makes', async () => {
  const tracer = await traced();
  const server = tracer.server(hello);
  await server.run(async () => {
    await Promise.resolve();
    await trace.getTracer('handler').startActiveSpan('work', async (work) => {
      tracer.client(hello, server).end({ code: Code.OK });
      work.end();
    });
  });
  server.end({ code: Code.OK });
  const [client, work, answered] = finished();
  expect([client!.parent, work!.parent]).toEqual([work!.id, answered!.id]);
});

test.each([
  [Code.OK, SpanStatusCode.UNSET, SpanStatusCode.UNSET],
  [Code.NOT_FOUND, SpanStatusCode.UNSET, SpanStatusCode.ERROR],
  [Code.INTERNAL, SpanStatusCode.ERROR, SpanStatusCode.ERROR],
])('code %d is %d to the server and %d to the client', async (code, server, client) => {
  const tracer = await traced();
  tracer.server(hello).end({ code });
  tracer.client(hello, undefined).end({ code });
  expect(finished().map(({ status }) => status)).toEqual([server, client]);
});

test('without the SDK nothing of OpenTelemetry is loaded', () => {
  const module = JSON.stringify(join(import.meta.dirname, 'tracing.ts'));
  const program = `
    import { createRequire } from 'node:module';
    import { loadTracer } from ${module};
    const tracer = String(await loadTracer());
    const loaded = Object.keys(createRequire(${module}).cache);
    process.stdout.write(JSON.stringify({ tracer, loaded: loaded.filter((path) => path.includes('opentelemetry')) }));
  `;
  const args = ['--input-type=module', '--eval', program];
  expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual({
    tracer: 'undefined',
    loaded: [],
  });
});

test('a call that is made and answered is traced on both sides, in the trace it was given', async () => {
  await traced();
  const say: Handlers<typeof Say> = {
    hello: () => ({ msg: 'done' }),
    async *count() {},
    async *chat() {},
  };
  const name = 'go.micro.srv.greeter';
  const flags = ['--registry=memory', '--log_level=error'];
  const { client, httpAddress, stop } = await start({ name, handlers: [[Say, say]] }, flags, {});
  while ((await fetch(`http://${httpAddress}/readyz`)).status !== 200);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await client(Say, name).hello({}, { metadata: { traceparent } });
  await stop();
  const spans = finished();
  const [answered, made] = [SpanKind.SERVER, SpanKind.CLIENT].map((of) =>
    spans.find(({ kind }) => kind === of),
  );
  expect(made).toMatchObject({ parent: 'b7ad6b7169203331' });
  expect(answered).toMatchObject({
    parent: made!.id,
    name: 'go.micro.srv.greeter.Say/Hello',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: { 'rpc.grpc.status_code': 0 },
  });
});
