import { fromBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { RpcError } from '../errors.ts';
import { type StatsResponse, StatsResponseSchema } from '../gen/micro/debug_pb.ts';
import { createTestNetwork, greeterName } from '../test-network.ts';
import { Latency } from './latency.ts';
import { Rate } from './rate.ts';
import { Statistics } from './statistics.ts';

/** By the name go-micro's tools use, which is not the proto's. */
async function statsOf(address: string): Promise<StatsResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<StatsResponse>();
  const caller = new Client(address, credentials.createInsecure());
  const asIs = (bytes: Buffer): Buffer => bytes;
  const read = (bytes: Buffer): StatsResponse => fromBinary(StatsResponseSchema, bytes);
  const path = `/${greeterName}.Debug/Stats`;
  caller.makeUnaryRequest(path, asIs, read, Buffer.alloc(0), (error, response) =>
    response ? resolve(response) : reject(error),
  );
  return promise.finally(() => caller.close());
}

test('Debug.Stats tells who called what, how often, and how it went', async () => {
  await using network = createTestNetwork();
  const { node, server } = await network.serve({
    hello({ name }) {
      if (name === 'nobody') throw new RpcError(404, 'nobody here');
      return { msg: name };
    },
  });
  const fromApi = network.client({ name: 'api' });
  const fromWeb = network.client({ name: 'web' });
  for (const name of ['a', 'b', 'c']) await fromApi.hello({ name });
  await expect(fromApi.hello({ name: 'nobody' })).rejects.toMatchObject({ code: 404 });
  await Array.fromAsync(fromApi.count({ to: 2 }));
  await fromWeb.hello({ name: 'a' });
  await Array.fromAsync(fromWeb.chat((async function* () {})()));

  expect(server.endpoints).toHaveLength(3);
  const { requests, errors, calls } = await statsOf(node.address);
  expect([requests, errors]).toEqual([7n, 1n]);
  const counts = calls.map(({ caller, endpoint, requests, errors }) =>
    [caller, endpoint, requests, errors].join(' '),
  );
  expect(counts.sort()).toEqual([
    'api Say.Count 1 0',
    'api Say.Hello 4 1',
    'web Say.Chat 1 0',
    'web Say.Hello 1 0',
  ]);
  const hellos = calls.find(({ requests }) => requests === 4n);
  expect(hellos?.latency.reduce((all, count) => all + count)).toBe(4n);
  expect(hellos?.rate).toBeGreaterThan(0);
  const { p50 = 0n, p90 = 0n, p99 = 0n } = hellos ?? {};
  expect(p50).toBeGreaterThan(0n);
  expect(p90).toBeGreaterThanOrEqual(p50);
  expect(p99).toBeGreaterThanOrEqual(p90);
});

test('a hundred callers are told apart, and all the others are counted as one', () => {
  let looks = 0;
  const statistics = new Statistics(() => ++looks);
  for (let n = 0; n < 10_000; n++)
    for (const endpoint of ['Say.Hello', 'Say.Count', 'Say.Chat'])
      statistics.count({ endpoint, caller: `caller-${n}`, code: 200, durationMs: 1 });
  const { calls } = statistics;
  expect(calls).toHaveLength(101 * 3);
  const others = calls.filter(({ caller }) => caller === 'others');
  expect(others.map(({ requests }) => requests)).toEqual([9_900, 9_900, 9_900]);
  expect(calls.reduce((all, { requests }) => all + requests, 0)).toBe(30_000);
  // Nothing else of a call's cost is the machine's: one look at the clock.
  expect(looks).toBe(30_000);
});

test('what is known of a caller is counted where it was, and nothing is made for it', () => {
  const statistics = new Statistics();
  const call = { endpoint: 'Say.Hello', caller: undefined, durationMs: 1 };
  statistics.count({ ...call, code: 200 });
  const [before] = statistics.calls;
  for (let n = 0; n < 1_000; n++) statistics.count({ ...call, code: 503 });
  const { calls } = statistics;
  expect(calls).toHaveLength(1);
  expect(calls[0]).toBe(before);
  expect(calls[0]).toMatchObject({ caller: '', requests: 1_001, errors: 1_000 });
});

test('how long calls took is known to a factor of two', () => {
  const latency = new Latency();
  expect(latency.below(0.5)).toBe(0);
  for (let n = 0; n < 90; n++) latency.add(0.003); // 3 µs
  for (let n = 0; n < 9; n++) latency.add(1);
  latency.add(3_600_000);
  expect([0.5, 0.9, 0.91, 0.99, 1].map((share) => latency.below(share))).toEqual([
    4,
    4,
    1_024,
    1_024,
    2 ** 25,
  ]);
  latency.add(0);
  expect(latency.counts[0]).toBe(1);
  expect(latency.counts.at(-1)).toBe(1);
});

test('a rate is that of the last minute', () => {
  const rate = new Rate(1_000_000);
  for (let n = 0; n < 20; n++) rate.add(1_000_000 + n * 1_000);
  expect(rate.perSecond(1_020_000)).toBe(1);
  // A minute in which nothing more came.
  for (const [after, left] of [
    [57_500, 20],
    [62_500, 15],
    [77_500, 0],
    [1_000_000, 0],
  ] as const)
    expect(rate.perSecond(1_000_000 + after) * 57.5).toBeCloseTo(left);
  rate.add(2_000_000);
  expect(rate.perSecond(2_000_000)).toBeCloseTo(1 / 55);
});
