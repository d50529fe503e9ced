import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type CallOptions, type Client, RpcError } from '@micro/rpc';
import type {
  ClientCompatRequest,
  ClientResponseResultSchema,
} from './gen/connectrpc/conformance/v1/client_compat_pb.ts';
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload,
  ConformancePayloadSchema,
  type ConformanceService,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  UnaryRequestSchema,
  UnimplementedRequestSchema,
} from './gen/connectrpc/conformance/v1/service_pb.ts';
import { createRequests, type Requests } from './requests.ts';
import { fromHeaders, toError, toHeaders } from './wire.ts';

/** What came of a call, in the suite's words. */
export type Result = MessageInitShape<typeof ClientResponseResultSchema>;

type ConformanceClient = Client<typeof ConformanceService>;

/**
 * Makes the call that the suite describes. What has to be done is written at the fields of
 * `ClientCompatRequest` in `proto/connectrpc/conformance/v1/client_compat.proto`.
 *
 * @throws Error if it can't be made, or fails with anything but an RpcError.
 */
export async function perform(
  call: ClientCompatRequest,
  client: ConformanceClient,
): Promise<Result> {
  const requests = createRequests(call);
  const result: Result = {};
  const payloads: ConformancePayload[] = [];
  const options: CallOptions = {
    metadata: fromHeaders(call.requestHeaders),
    timeoutMs: call.timeoutMs ?? Infinity,
    signal: requests.signal,
    onHeader(metadata) {
      result.responseHeaders = toHeaders(metadata);
    },
    onTrailer(metadata) {
      result.responseTrailers = toHeaders(metadata);
    },
  };
  try {
    for await (const { payload } of start(call.method, client, requests, options)) {
      payloads.push(payload ?? create(ConformancePayloadSchema));
      requests.answered(payloads.length);
    }
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    return { ...result, payloads, error: toError(thrown) };
  }
  return { ...result, payloads };
}

/** An answer of any method; that of `Unimplemented` has no payload. */
interface Answer {
  readonly payload?: ConformancePayload | undefined;
}

function start(
  method: string | undefined,
  client: ConformanceClient,
  requests: Requests,
  options: CallOptions,
): AsyncIterable<Answer> {
  switch (method) {
    case 'Unary':
      return once(client.unary(requests.one(UnaryRequestSchema), options));
    case 'IdempotentUnary':
      return once(client.idempotentUnary(requests.one(IdempotentUnaryRequestSchema), options));
    case 'Unimplemented':
      return once(
        client.unimplemented(requests.one(UnimplementedRequestSchema), options).then(() => ({})),
      );
    case 'ClientStream':
      return once(client.clientStream(requests.many(ClientStreamRequestSchema), options));
    case 'ServerStream':
      return client.serverStream(requests.one(ServerStreamRequestSchema), options);
    case 'BidiStream':
      return client.bidiStream(requests.many(BidiStreamRequestSchema), options);
    default:
      throw new Error(`expected a method of ConformanceService, got ${method}`);
  }
}

async function* once(answer: Promise<Answer>): AsyncGenerator<Answer> {
  yield await answer;
}
