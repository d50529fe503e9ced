import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { createMemoryRegistry } from '@micro/registry';
import { Code, createChannels, createClientFactory, createServer } from '@micro/rpc';
import { afterEach, expect, test } from 'vitest';
import { ClientCompatRequestSchema } from './gen/connectrpc/conformance/v1/client_compat_pb.ts';
import { StreamType } from './gen/connectrpc/conformance/v1/config_pb.ts';
import {
  BidiStreamRequestSchema,
  ConformancePayload_RequestInfoSchema,
  ConformanceService,
  UnaryRequestSchema,
} from './gen/connectrpc/conformance/v1/service_pb.ts';
import { conformanceHandlers } from './handlers.ts';
import { perform, type Result } from './perform.ts';

const name = 'conformance';
const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Makes a call of the suite's kind with our client to our server. */
async function call(request: MessageInitShape<typeof ClientCompatRequestSchema>): Promise<Result> {
  const registry = createMemoryRegistry();
  const channels = createChannels(registry);
  const factory = createClientFactory({ channels, name });
  const handlers = [[ConformanceService, conformanceHandlers]] as const;
  const server = createServer({ name, handlers, client: factory });
  open.push(
    () => server.close(0),
    () => channels.close(),
  );
  const address = await server.listen('127.0.0.1:0');
  const node = { id: '1', service: name, version: '', address, metadata: {}, endpoints: [] };
  await registry.register(node);
  const client = factory(ConformanceService, name);
  return perform(create(ClientCompatRequestSchema, request), client);
}

function unary(definition: MessageInitShape<typeof UnaryRequestSchema>): Any[] {
  return [anyPack(UnaryRequestSchema, create(UnaryRequestSchema, definition))];
}

function bidi(...requests: MessageInitShape<typeof BidiStreamRequestSchema>[]): Any[] {
  return requests.map((request) =>
    anyPack(BidiStreamRequestSchema, create(BidiStreamRequestSchema, request)),
  );
}

const data = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = ({ payloads = [] }: Result): string[] =>
  payloads.map((payload) => new TextDecoder().decode(payload.data));
const header = { name: 'X-Custom', value: ['a', 'b'] };

test('a call tells what was asked, and brings headers, answer and trailers', async () => {
  const result = await call({
    method: 'Unary',
    requestHeaders: [header],
    requestMessages: unary({
      responseDefinition: {
        responseHeaders: [{ name: 'x-head', value: ['1', '2'] }],
        response: { case: 'responseData', value: data('hello') },
        responseTrailers: [{ name: 'x-tail', value: ['3'] }],
      },
    }),
  });
  expect(result.error).toBeUndefined();
  expect(result.responseHeaders).toContainEqual({ name: 'x-head', value: ['1, 2'] });
  expect(result.responseTrailers).toContainEqual({ name: 'x-tail', value: ['3'] });
  expect(texts(result)).toEqual(['hello']);
  const { requestHeaders, requests, timeoutMs } = result.payloads![0]!.requestInfo!;
  expect(requestHeaders).toContainEqual(
    expect.objectContaining({ name: 'x-custom', value: ['a, b'] }),
  );
  expect(requests).toHaveLength(1);
  expect(timeoutMs).toBeUndefined();
});

test('an error keeps code, words and details, and tells what was asked', async () => {
  const { error, payloads } = await call({
    method: 'Unary',
    timeoutMs: 5_000,
    requestMessages: unary({
      responseDefinition: {
        response: { case: 'error', value: { code: Code.DATA_LOSS, message: 'gone ☺' } },
      },
    }),
  });
  expect(payloads).toEqual([]);
  expect(error).toMatchObject({ code: Code.DATA_LOSS, message: 'gone ☺' });
  const [detail] = error!.details!;
  const info = anyUnpack(detail as Any, ConformancePayload_RequestInfoSchema);
  expect(Number(info?.timeoutMs)).toBeLessThanOrEqual(5_000);
});

test('requests and answers take turns', async () => {
  const responseData = ['1', '2', '3'].map(data);
  const result = await call({
    method: 'BidiStream',
    streamType: StreamType.FULL_DUPLEX_BIDI_STREAM,
    requestMessages: bidi({ fullDuplex: true, responseDefinition: { responseData } }, {}),
  });
  expect(result.error).toBeUndefined();
  expect(texts(result)).toEqual(['1', '2', '3']);
  const asked = result.payloads?.map(({ requestInfo }) => requestInfo?.requests?.length);
  expect(asked).toEqual([1, 1, undefined]);
});

test('a call is cancelled after an answer', async () => {
  const { payloads, error } = await call({
    method: 'BidiStream',
    streamType: StreamType.HALF_DUPLEX_BIDI_STREAM,
    requestMessages: bidi({ responseDefinition: { responseData: [data('1'), data('2')] } }, {}),
    cancel: { cancelTiming: { case: 'afterNumResponses', value: 1 } },
  });
  expect(error).toMatchObject({ code: Code.CANCELLED });
  expect(payloads?.[0]?.requestInfo?.requests).toHaveLength(2);
});

test('what is not for a method is no result of a call', async () => {
  await expect(call({ method: 'Unary' })).rejects.toThrow('expected one request, got 0');
  await expect(call({ method: 'Unknown' })).rejects.toThrow('expected a method');
});
