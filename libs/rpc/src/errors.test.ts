import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { RpcError } from './errors.ts';

const received = (code: status, details: string): RpcError =>
  RpcError.from(
    Object.assign(new Error(details), { code, details, metadata: undefined }),
    'caller',
  );

test.each([
  [400, status.INVALID_ARGUMENT],
  [401, status.UNAUTHENTICATED],
  [403, status.PERMISSION_DENIED],
  [404, status.NOT_FOUND],
  [408, status.DEADLINE_EXCEEDED],
  [409, status.ALREADY_EXISTS],
  [412, status.FAILED_PRECONDITION],
  [429, status.RESOURCE_EXHAUSTED],
  [499, status.CANCELLED],
  [500, status.INTERNAL],
  [501, status.UNIMPLEMENTED],
  [503, status.UNAVAILABLE],
  [504, status.DEADLINE_EXCEEDED],
  [418, status.UNKNOWN],
])('%i travels as gRPC code %i and comes back as it was', (code, grpcCode) => {
  const error = new RpcError(code, 'why', { id: 'a' });
  expect(error.grpcCode).toBe(grpcCode);
  expect(received(grpcCode, JSON.stringify(error)).toJSON()).toEqual(error.toJSON());
});

test.each([
  [status.UNAVAILABLE, 503],
  [status.DEADLINE_EXCEEDED, 504],
  [status.UNIMPLEMENTED, 501],
  [status.RESOURCE_EXHAUSTED, 429],
  [status.UNKNOWN, 500],
])('gRPC code %i in its own words becomes %i', (grpcCode, code) => {
  expect(received(grpcCode, 'words').toJSON()).toMatchObject({
    id: 'caller',
    code,
    detail: 'words',
  });
});

test('reads the error JSON of a Go service', () => {
  const details = '{"id":"go.micro.srv.greeter","code":404,"detail":"nobody","status":"Not Found"}';
  expect(received(status.NOT_FOUND, details).toJSON()).toEqual(JSON.parse(details));
});

test('takes a code that is no HTTP status for 500', () => {
  for (const code of ['404.5', '200', '1e9', '-1'])
    expect(received(status.UNKNOWN, `{"code":${code},"detail":"d"}`)).toMatchObject({
      code: 500,
      detail: 'd',
    });
});

test('takes words that only look like JSON for words', () => {
  expect(received(status.INTERNAL, '{"code":"x"}').detail).toBe('{"code":"x"}');
  expect(received(status.INTERNAL, '{').detail).toBe('{');
});

test('hides what was not meant for callers', () => {
  const error = RpcError.from(new Error('secret'), 'a');
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(error.cause).toBeInstanceOf(Error);
});

test('refuses a code that is no error', () => {
  expect(() => new RpcError(200, 'fine')).toThrow(
    'expected an HTTP status from 400 to 599, got 200',
  );
});
