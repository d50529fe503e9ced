import { chooseEncoding } from '@micro/testing';
import { describe, expect, test } from 'vitest';
import { readPodList } from './protobuf/pod-list.ts';
import { readWatchEvents } from './protobuf/watch-stream.ts';
import { describeRequest } from './request-path.ts';
import { inTurns } from './turns.ts';

/** A body whose chunks are all there. */
async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n++) yield Buffer.of(n % 256);
}

/** Counts the turns that others have meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turn = (): void => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  await work();
  clearImmediate(next);
  return turns;
}

/** Reads a body, working for so long on each chunk. */
async function read(count: number, workMs: number): Promise<{ bytes: number[]; turns: number }> {
  const bytes: number[] = [];
  const turns = await turnsDuring(async () => {
    for await (const chunk of inTurns(chunks(count))) {
      bytes.push(...chunk);
      for (const begun = performance.now(); performance.now() - begun < workMs; );
    }
  });
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

describe('while ten thousand pods are read that are all there, others have their turn', () => {
  const about = describeRequest('GET', '/api/v1/namespaces/micro/pods', true);
  const { object, event } = chooseEncoding('application/vnd.kubernetes.protobuf');
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'a', uid: 'u', resourceVersion: '7', annotations: { text: 'x'.repeat(500) } },
    spec: {},
    status: {},
  };
  async function* cut(bytes: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }

  test('from a list', async () => {
    const metadata = { resourceVersion: '7' };
    const items = Array(10_000).fill(pod);
    const bytes = object({ kind: 'PodList', apiVersion: 'v1', metadata, items });
    const turns = await turnsDuring(() => readPodList(cut(bytes), about, () => {}));
    expect(turns).toBeGreaterThan(1);
  });

  test('from a watch', async () => {
    const bytes = Buffer.concat(Array(10_000).fill(event('ADDED', pod)));
    const turns = await turnsDuring(() => Array.fromAsync(readWatchEvents(cut(bytes), about)));
    expect(turns).toBeGreaterThan(1);
  });
});
