import { expect, test } from 'vitest';
import { inTurns } from './turns.ts';

/** A body whose chunks are all there. */
async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n++) yield Buffer.of(n % 256);
}

/** Reads a body, working for so long on each chunk; counts the turns that others have meanwhile. */
async function read(count: number, workMs: number): Promise<{ bytes: number[]; turns: number }> {
  let turns = 0;
  const turn = (): void => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const bytes: number[] = [];
  for await (const chunk of inTurns(chunks(count))) {
    bytes.push(...chunk);
    for (const begun = performance.now(); performance.now() - begun < workMs; );
  }
  clearImmediate(next);
  return { bytes, turns };
}

test('others have their turn while much work is done on a body, and nothing is lost', async () => {
  const { bytes, turns } = await read(20, 1);
  expect(bytes).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('work that takes no time needs no turn for each chunk', async () => {
  expect((await read(2_000, 0)).turns).toBeLessThan(100);
});
