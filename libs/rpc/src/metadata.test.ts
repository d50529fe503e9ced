import { expect, test } from 'vitest';
import { checkMetadata, inheritMetadata } from './metadata.ts';

test('what may be sent is kept, with its keys in lower case', () => {
  const metadata = { 'X-Request-Id': 'a b, c', 'trace-bin': 'AAE=, AA', 'raw-bin': '' };
  expect(checkMetadata(metadata)).toEqual({
    'x-request-id': 'a b, c',
    'trace-bin': 'AAE=, AA',
    'raw-bin': '',
  });
});

test.each([
  [{ connection: 'x' }, 'belongs to the connection'],
  [{ Connection: 'x' }, 'belongs to the connection'],
  [{ 'grpc-timeout': '1S' }, 'belongs to the connection'],
  [{ 'content-length': '1' }, 'belongs to the connection'],
  [{ ä: 'x' }, 'printable ASCII'],
  [{ 'a b': 'x' }, 'printable ASCII'],
  [{ a: 'ü' }, 'printable ASCII'],
  [{ a: 'x\r\nb: c' }, 'printable ASCII'],
  [{ 'foo-bin': 'zz' }, 'foo-bin to be base64'],
  [{ 'foo-bin': 'AA, no base64' }, 'foo-bin to be base64'],
  [{ large: 'x'.repeat(9_000) }, 'at most 8192 bytes'],
  [Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, ''])), 'at most 64 keys'],
])('metadata %.40j is refused', (metadata, why) => {
  expect(() => checkMetadata(metadata)).toThrow(why);
  expect(() => checkMetadata(metadata)).toThrow(expect.objectContaining({ code: 400 }));
});

test('nested calls carry on what is on the list, and what is asked for', () => {
  const metadata = {
    authorization: 'Bearer a',
    traceparent: '00-1-2-03',
    'x-request-id': '7',
    'micro-retry': '1',
    'micro-from-service': 'web',
    'x-tenant': 'blue',
    'user-agent': 'curl',
    connection: 'close',
  };
  const always = {
    authorization: 'Bearer a',
    traceparent: '00-1-2-03',
    'x-request-id': '7',
    'micro-retry': '1',
  };
  expect(inheritMetadata(metadata)).toEqual(always);
  expect(inheritMetadata(metadata, ['x-tenant', 'x-none'])).toEqual({
    ...always,
    'x-tenant': 'blue',
  });
});
