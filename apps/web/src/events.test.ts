import { expect, test } from 'vitest';
import type { Snapshot } from './live.ts';
import { greeter, readSnapshots, startDashboard, startGreeter } from './test-dashboard.ts';

async function until(events: AsyncGenerator<Snapshot>, fits: (snapshot: Snapshot) => boolean) {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('expected the events to go on');
    if (fits(value)) return value;
  }
}

const nodesOf = ({ services }: Snapshot): number =>
  services.find(({ name }) => name === greeter)?.nodes.length ?? 0;

test('tells of nodes within moments of their coming and going', async () => {
  const board = await startDashboard();
  const events = readSnapshots(board.url);
  expect(nodesOf((await events.next()).value)).toBe(0);
  const { node } = await startGreeter(board.registry);
  const before = performance.now();
  await until(events, (snapshot) => nodesOf(snapshot) === 1);
  await board.registry.deregister(node);
  await until(events, (snapshot) => nodesOf(snapshot) === 0);
  expect(performance.now() - before).toBeLessThan(1_000);
  await events.return(undefined);
});

test('refuses more streams than it can carry, until one is left', async () => {
  const board = await startDashboard();
  const leave = new AbortController();
  const streams = Array.from({ length: 200 }, () =>
    readSnapshots(board.url, { signal: leave.signal }),
  );
  await Promise.all(streams.map((stream) => stream.next()));
  const answer = await fetch(`${board.url}/api/events`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ detail: expect.stringContaining('at most 200 streams') }),
  ]);
  leave.abort();
  await expect
    .poll(async () => {
      const again = await fetch(`${board.url}/api/events`);
      await again.body?.cancel();
      return again.status;
    })
    .toBe(200);
});
