import { expect, test } from 'vitest';
import { greeter, post, startDashboard, startGreeter } from './test-dashboard.ts';

test('calls a service and answers what it said', async () => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const answer = await post(`${board.url}/api/call`, {
    service: greeter,
    endpoint: 'Say.Hello',
    request: { name: 'John' },
    metadata: { title: ', Sir' },
    timeoutMs: 2_000,
  });
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { response: { msg: 'Hello John, Sir' }, durationMs: expect.any(Number) },
  ]);
});

test.each<[string, object, number, string]>([
  ['the error of a service', { request: {} }, 412, 'expected a name'],
  ['a service nobody registered', { service: 'nobody' }, 404, 'no service nobody'],
  ['an endpoint that is not there', { endpoint: 'Say.Bye' }, 404, 'it has Say.Hello'],
  ['a request that does not fit', { request: { nam: 1 } }, 400, 'nam'],
  ['a stream', { endpoint: 'Say.Count' }, 400, 'is a stream'],
  ['no service', { service: undefined }, 400, "required property 'service'"],
  ['a timeout without end', { timeoutMs: 1e9 }, 400, 'timeoutMs must be <= 60000'],
  ['metadata of the connection', { metadata: { connection: 'x' } }, 400, 'no metadata connection'],
  ['metadata that is not ASCII', { metadata: { a: 'ü' } }, 400, 'metadata "a" to be printable'],
])('answers %s with its status', async (_what, change, code, detail) => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const body = { service: greeter, endpoint: 'Say.Hello', ...change };
  const answer = await post(`${board.url}/api/call`, body);
  expect([answer.status, await answer.json()]).toEqual([
    code,
    expect.objectContaining({ code, detail: expect.stringContaining(detail) }),
  ]);
});
