import { setTimeout as delay } from 'node:timers/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { type CallContext, Code, type Handlers, RpcError } from '@micro/rpc';
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload_RequestInfo,
  ConformancePayload_RequestInfoSchema,
  type ConformancePayloadSchema,
  type ConformanceService,
  type Error as ErrorShape,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  type StreamResponseDefinition,
  UnaryRequestSchema,
  type UnaryResponseDefinition,
} from './gen/connectrpc/conformance/v1/service_pb.ts';
import { fromError, fromHeaders, toHeaders } from './wire.ts';

type Payload = MessageInitShape<typeof ConformancePayloadSchema>;

/**
 * The suite's service: does what each request says, and tells what it saw of it. What has to be
 * done is written at each method of `proto/connectrpc/conformance/v1/service.proto`.
 */
export const conformanceHandlers: Handlers<typeof ConformanceService> = {
  async unary(request, context) {
    const asked = [anyPack(UnaryRequestSchema, request)];
    return { payload: await answer(request.responseDefinition, asked, context) };
  },

  async idempotentUnary(request, context) {
    const asked = [anyPack(IdempotentUnaryRequestSchema, request)];
    return { payload: await answer(request.responseDefinition, asked, context) };
  },

  async clientStream(requests, context) {
    const all = await Array.fromAsync(requests);
    const asked = all.map((request) => anyPack(ClientStreamRequestSchema, request));
    return { payload: await answer(all[0]?.responseDefinition, asked, context) };
  },

  async *serverStream(request, context) {
    const asked = [anyPack(ServerStreamRequestSchema, request)];
    for await (const payload of answers(request.responseDefinition, 0, asked, context))
      yield { payload };
  },

  async *bidiStream(requests, context) {
    let definition: StreamResponseDefinition | undefined;
    let fullDuplex = false;
    let asked: Any[] = [];
    let first = true;
    let sent = 0;
    for await (const request of requests) {
      if (first) ({ responseDefinition: definition, fullDuplex } = request);
      first = false;
      asked.push(anyPack(BidiStreamRequestSchema, request));
      if (!fullDuplex) continue;
      const data = definition?.responseData[sent];
      if (!definition || !data) break;
      if (sent === 0) fillMetadata(definition, context);
      await delay(definition.responseDelayMs, undefined, context);
      yield {
        payload: { data, requestInfo: sent === 0 ? infoOf(asked, context) : { requests: asked } },
      };
      sent++;
      asked = [];
    }
    for await (const payload of answers(definition, sent, asked, context)) yield { payload };
  },

  unimplemented() {
    throw RpcError.grpc(Code.UNIMPLEMENTED, 'not implemented, for the suite to see');
  },
};

/** The one answer of a method that has one. */
async function answer(
  definition: UnaryResponseDefinition | undefined,
  asked: Any[],
  context: CallContext,
): Promise<Payload> {
  const requestInfo = infoOf(asked, context);
  if (!definition) return { requestInfo };
  fillMetadata(definition, context);
  await delay(definition.responseDelayMs, undefined, context);
  const { response } = definition;
  if (response.case === 'error') throw failure(response.value, requestInfo);
  return response.case ? { data: response.value, requestInfo } : { requestInfo };
}

/** The answers of a stream but the first `sent`, then its failure; what was asked is told once. */
async function* answers(
  definition: StreamResponseDefinition | undefined,
  sent: number,
  asked: Any[],
  context: CallContext,
): AsyncGenerator<Payload> {
  if (!definition) return;
  const untold = sent === 0 ? infoOf(asked, context) : undefined;
  if (sent === 0) fillMetadata(definition, context);
  for (const [index, data] of definition.responseData.entries()) {
    if (index < sent) continue;
    await delay(definition.responseDelayMs, undefined, context);
    yield index === 0 && untold ? { data, requestInfo: untold } : { data };
  }
  const told = definition.responseData.length > 0;
  if (definition.error) throw failure(definition.error, told ? undefined : untold);
}

function fillMetadata(
  definition: UnaryResponseDefinition | StreamResponseDefinition,
  context: CallContext,
): void {
  Object.assign(context.responseHeader, fromHeaders(definition.responseHeaders));
  Object.assign(context.responseTrailer, fromHeaders(definition.responseTrailers));
}

/** What was seen of a call. */
function infoOf(
  requests: Any[],
  { metadata, deadline }: CallContext,
): ConformancePayload_RequestInfo {
  const info = create(ConformancePayload_RequestInfoSchema, {
    requestHeaders: toHeaders(metadata),
    requests,
  });
  if (deadline !== undefined) info.timeoutMs = BigInt(Math.max(0, deadline - Date.now()));
  return info;
}

/** A failure says what was asked where no answer did. */
function failure(error: ErrorShape, untold: ConformancePayload_RequestInfo | undefined): RpcError {
  if (!untold) return fromError(error);
  const detail = anyPack(ConformancePayload_RequestInfoSchema, untold);
  return fromError({ ...error, details: [...error.details, detail] });
}
