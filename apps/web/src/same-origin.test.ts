import { get } from 'node:http';
import { expect, test } from 'vitest';
import { greeter, post, startDashboard, startGreeter } from './test-dashboard.ts';

test.each([
  ['of another site', { 'sec-fetch-site': 'cross-site' }, 'cross-site'],
  ['of another port', { 'sec-fetch-site': 'same-site' }, 'same-site'],
  ['of another origin', { origin: 'http://evil.example' }, 'http://evil.example'],
  ['of no origin', { origin: 'null' }, 'null'],
])('refuses a call from a page %s', async (_what, headers, detail) => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const body = { service: greeter, endpoint: 'Say.Hello', request: { name: 'John' } };
  const answer = await post(`${board.url}/api/call`, body, { headers });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    expect.objectContaining({ id: 'go.micro.web', detail: expect.stringContaining(detail) }),
  ]);
  const own = { origin: board.url, 'sec-fetch-site': 'same-origin' };
  expect((await post(`${board.url}/api/call`, body, { headers: own })).status).toBe(200);
});

test.each([
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost:9000', 200],
  ['[::1]:8082', 200],
])('a request to this machine by the name %s is answered %i', async (host, status) => {
  const board = await startDashboard();
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  get(`${board.url}/api/services`, { headers: { host } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  expect(await promise).toBe(status);
});
