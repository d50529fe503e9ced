import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createInbox } from './inbox.ts';

interface Item {
  readonly packet: Buffer;
  readonly at: number;
}

const items = (count: number, bytes = 100): Item[] =>
  Array.from({ length: count }, (_, at) => ({ packet: Buffer.alloc(bytes), at }));

test('reads for 10 ms at a time, in order, and rests three times as long', async () => {
  const turns: number[][] = [];
  let turn: number[] | undefined;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const inbox = createInbox<Item>(
    ({ at }) => {
      if (!turn) {
        turn = [];
        turns.push(turn);
        queueMicrotask(() => {
          turn = undefined;
        });
      }
      turn.push(at);
      for (const from = performance.now(); performance.now() - from < 11; );
      if (at === 3) resolve();
    },
    () => {},
  );
  const from = performance.now();
  for (const item of items(4)) inbox.push(item);
  expect(turns).toEqual([]);
  await done;
  expect(turns).toEqual([[0], [1], [2], [3]]);
  // Four turns and three rests; a timer may be a millisecond early.
  expect(performance.now() - from).toBeGreaterThan(4 * 11 + 3 * (33 - 1));
});

test('keeps 4 MiB, tells of what finds no room, and has room again when it is read', async () => {
  const read: number[] = [];
  const dropped: number[] = [];
  const inbox = createInbox<Item>(
    ({ at }) => read.push(at),
    ({ at }) => dropped.push(at),
  );
  for (const item of items(70, 65_000)) inbox.push(item);
  const fit = Math.floor((4 * 1024 * 1024) / (65_000 + 1_024));
  expect(dropped).toEqual([63, 64, 65, 66, 67, 68, 69]);
  while (read.length < fit) await delay(1);
  for (const item of items(1, 65_000)) inbox.push(item);
  while (read.length === fit) await delay(1);
  expect(dropped.length).toBe(7);
});

test.each([
  ['before its turn', 'now', []],
  ['in its turn', 'reading', [0]],
] as const)('reads nothing more when it is closed %s', async (_, when, expected) => {
  const read: number[] = [];
  const inbox = createInbox<Item>(
    ({ at }) => {
      read.push(at);
      if (when === 'reading') inbox.close();
    },
    () => {},
  );
  for (const item of items(3)) inbox.push(item);
  if (when === 'now') inbox.close();
  await delay(5);
  expect(read).toEqual(expected);
});
