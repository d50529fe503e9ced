import { expect, test } from 'vitest';
import { kinds } from './error-codes.ts';
import { RpcError } from './errors.ts';
import { Code } from './transport/code.ts';

const received = (code: Code, detail: string, metadata = {}): RpcError =>
  RpcError.fromEnd({ code, detail, metadata }, 'caller');
const passedOn = (error: RpcError): RpcError => RpcError.fromEnd(error.toEnd(), 'caller');

test.each(kinds)('HTTP status %i, which goes with gRPC code %i, comes back as it was', (status) => {
  const error = new RpcError(status, 'why', { id: 'a' });
  expect(kinds).toContainEqual([status, error.grpcCode]);
  expect(passedOn(error).toJSON()).toEqual(error.toJSON());
  expect(passedOn(error)).toMatchObject({ native: false, grpcCode: error.grpcCode });
});

test.each([
  [400, Code.INVALID_ARGUMENT],
  [401, Code.UNAUTHENTICATED],
  [403, Code.PERMISSION_DENIED],
  [404, Code.NOT_FOUND],
  [408, Code.DEADLINE_EXCEEDED],
  [409, Code.ALREADY_EXISTS],
  [412, Code.FAILED_PRECONDITION],
  [429, Code.RESOURCE_EXHAUSTED],
  [499, Code.CANCELLED],
  [500, Code.INTERNAL],
  [501, Code.UNIMPLEMENTED],
  [503, Code.UNAVAILABLE],
  [504, Code.DEADLINE_EXCEEDED],
  [418, Code.UNKNOWN],
])('HTTP status %i travels as gRPC code %i', (status, code) => {
  expect(new RpcError(status, 'why').grpcCode).toBe(code);
});

test.each([
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 412],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
] as const)(
  'gRPC code %s in its own words is HTTP status %i, and stays itself on the way on',
  (name, status) => {
    const error = received(Code[name], 'words');
    expect(error.toJSON()).toMatchObject({ id: 'caller', code: status, detail: 'words' });
    expect(error.toEnd()).toEqual({ code: Code[name], detail: 'words', metadata: {} });
    expect(passedOn(error)).toMatchObject({ native: true, grpcCode: Code[name], detail: 'words' });
  },
);

test('OK is no error', () => {
  expect(() => RpcError.grpc(Code.OK, '')).toThrow('expected the gRPC code of an error, got 0');
  expect(() => new RpcError(200, '')).toThrow('expected an HTTP status from 400 to 599, got 200');
});

test('reads the error JSON of a Go service', () => {
  const json = '{"id":"go.micro.srv.greeter","code":404,"detail":"nobody","status":"Not Found"}';
  expect(received(Code.NOT_FOUND, json).toJSON()).toEqual(JSON.parse(json));
});

test.each(['404.5', '200', '0', '1e9', '1e400', '-1'])(
  'the gRPC code counts where the code in the JSON is %s',
  (code) => {
    const json = `{"code":${code},"detail":"d"}`;
    expect(received(Code.NOT_FOUND, json)).toMatchObject({ code: 404, detail: 'd' });
    expect(received(Code.UNKNOWN, json)).toMatchObject({ code: 500, detail: 'd' });
  },
);

test.each(['{', '{"code":"x"}', '{"code":404}', '{"code":404,"detail":1}', '[]', ''])(
  'takes %j for words',
  (words) => {
    expect(received(Code.INTERNAL, words)).toMatchObject({ detail: words, native: true });
  },
);

test('details travel, in either form', () => {
  const details = [{ type: 'google.rpc.RetryInfo', value: new Uint8Array([10, 2, 8, 1]) }];
  for (const error of [
    new RpcError(429, 'slow down', { details }),
    RpcError.grpc(Code.ABORTED, 'again', { details }),
  ])
    expect(passedOn(passedOn(error)).details).toEqual(details);
});

test('details that can not be read are none', () => {
  for (const value of ['?', 'CgE', '////'])
    expect(received(Code.ABORTED, '', { 'grpc-status-details-bin': value }).details).toEqual([]);
});

test('trailers go one hop, not two', () => {
  const error = RpcError.grpc(Code.ABORTED, '', { metadata: { 'retry-at': 'noon' } });
  expect(error.trailer).toEqual({ 'retry-at': 'noon' });
  const there = received(Code.ABORTED, '', { 'micro-refused': '1' });
  expect(there.metadata).toEqual({ 'micro-refused': '1' });
  expect(there.trailer).toEqual({});
});

test('what is too long for a trailer is cut, and stays whole at home', () => {
  const error = new RpcError(400, 'x'.repeat(100_000), {
    details: [{ type: 'a', value: new Uint8Array(100_000) }],
  });
  const { detail, metadata } = error.toEnd();
  expect(detail.length + JSON.stringify(metadata).length).toBeLessThan(2_000);
  expect(RpcError.fromEnd(error.toEnd(), '')).toMatchObject({ code: 400, native: false });
  expect(error.detail).toHaveLength(100_000);
});

test('hides what was not meant for callers', () => {
  const error = RpcError.from(new Error('secret'), 'a');
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(error.cause).toBeInstanceOf(Error);
});

test('who speaks is filled in where an error does not say, and nothing else of it changes', () => {
  const cause = new Error('why');
  const error = RpcError.grpc(Code.ABORTED, 'again', { cause, metadata: { a: 'b' } });
  expect(RpcError.from(error, 'me')).toMatchObject({ id: 'me', grpcCode: Code.ABORTED, cause });
  expect(RpcError.from(error, 'me').trailer).toEqual({ a: 'b' });
  expect(RpcError.from(new RpcError(404, '', { id: 'other' }), 'me').id).toBe('other');
});
