import { expect, test } from 'vitest';
import { greeter, post, readSnapshots, startDashboard, startGreeter } from './test-dashboard.ts';

test('answers what fails before the first message with its status', async () => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const body = { service: greeter, endpoint: 'Say.Count', requests: [{ two: 2 }] };
  const answer = await post(`${board.url}/api/stream`, body);
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ code: 400 }),
  ]);
});

test('streams a line for each message, and how it ended', async () => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const stream = async (endpoint: string, requests: unknown[]) => {
    const answer = await post(`${board.url}/api/stream`, { service: greeter, endpoint, requests });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    return (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const end = (messages: number) => ({ messages, cut: false, durationMs: expect.any(Number) });
  expect(await stream('Say.Count', [{ to: 2 }])).toEqual([
    { message: { n: 1 } },
    { message: { n: 2 } },
    { end: end(2) },
  ]);
  expect(await stream('Say.Chat', [{ name: 'a' }, { name: 'b' }])).toEqual([
    { message: { msg: 'a' } },
    { message: { msg: 'b' } },
    { end: end(2) },
  ]);
  const cut = await stream('Say.Count', [{ to: 10_001 }]);
  expect(cut.at(-1)).toEqual({ end: { ...end(10_000), cut: true } });
});

test('says within a stream what ended it', async () => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const body = { service: greeter, endpoint: 'Say.Count', requests: [{ to: -1 }] };
  const answer = await post(`${board.url}/api/stream`, body);
  const lines = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    { message: { n: -1 } },
    { error: expect.objectContaining({ id: greeter, code: 412, detail: 'expected a way up' }) },
  ]);
});

test('cancels a stream when the caller leaves', async () => {
  const board = await startDashboard();
  const { cancelled } = await startGreeter(board.registry);
  const leave = new AbortController();
  const body = { service: greeter, endpoint: 'Say.Count' };
  const answer = await post(`${board.url}/api/stream`, body, { signal: leave.signal });
  const { value } = await answer.body!.pipeThrough(new TextDecoderStream()).getReader().read();
  expect(value).toBe('{"message":{"n":0}}\n');
  leave.abort();
  await cancelled;
});

test('ends what lasts when it stops', async () => {
  const board = await startDashboard();
  const { cancelled } = await startGreeter(board.registry);
  const events = readSnapshots(board.url);
  await events.next();
  const counting = await post(`${board.url}/api/stream`, {
    service: greeter,
    endpoint: 'Say.Count',
  });
  await board.running.stop();
  await cancelled;
  expect(await counting.text()).toContain('"code":499');
  for await (const snapshot of events) expect(snapshot.services).toBeDefined();
});
