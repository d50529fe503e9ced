import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { expect, test, vi } from 'vitest';
import { createTestNetwork } from '../test-network.ts';
import { Code } from '../transport/code.ts';
import { Admission, type Guest } from './admission.ts';
import { startTestServer } from './test-server.ts';

const hello = '/go.micro.srv.greeter.Say/Hello';

/** Calls with bytes alone. */
function callRaw(caller: Client, path = hello, timeoutMs = 60_000) {
  const { promise, resolve } = Promise.withResolvers<StatusObject>();
  const asIs = (bytes: Buffer): Buffer => bytes;
  const deadline = Date.now() + timeoutMs;
  const call = caller.makeUnaryRequest(
    path,
    asIs,
    asIs,
    Buffer.alloc(0),
    new Metadata(),
    { deadline },
    () => {}, // The status says it.
  );
  call.on('status', resolve);
  return { status: promise, cancel: () => call.cancel() };
}

test('C23: of 10 000 calls at once 100 are in work, 10 wait, and the others are refused at once', async () => {
  let inWork = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  await using server = await startTestServer(
    {
      async hello() {
        most = Math.max(most, ++inWork);
        await gate.promise;
        inWork--;
        return { msg: 'served' };
      },
    },
    { maxCalls: 100, limits: { maxStreams: 20_000 } },
  );
  let refused = 0;
  const allRefused = Promise.withResolvers<void>();
  const calls = Array.from({ length: 10_000 }, () => callRaw(server.caller).status);
  for (const call of calls)
    void call.then(({ code }) => {
      if (code === Code.RESOURCE_EXHAUSTED && ++refused === 9_890) allRefused.resolve();
    });
  // The gate is shut still: nobody who is refused waits for those who are served.
  await allRefused.promise;
  expect(inWork).toBe(100);
  gate.resolve();
  const ended = await Promise.all(calls);
  expect(ended.filter(({ code }) => code === Code.OK)).toHaveLength(110);
  const other = ended.find(({ code }) => code !== Code.OK);
  expect(other?.metadata.get('micro-refused')).toEqual(['1']);
  expect(JSON.parse(other?.details ?? '')).toMatchObject({ code: 429 });
  expect(refused).toBe(9_890);
  expect(most).toBe(100);
}, 60_000);

test('C23: what a busy node refuses, another one answers', async () => {
  await using network = createTestNetwork();
  const gate = Promise.withResolvers<{ msg: string }>();
  const busy = await network.serve({ hello: () => gate.promise }, { maxCalls: 1 });
  const caller = new Client(busy.node.address, credentials.createInsecure());
  network.defer(() => caller.close());
  const held = Array.from({ length: 12 }, () => callRaw(caller).status);
  await Promise.race(held); // One is refused: there is no more room.
  await network.serve();
  const client = network.client({ timeoutMs: 10_000 });
  const refusals = () => busy.answered.filter(({ code }) => code === 429).length;
  const before = refusals();
  while (refusals() < before + 3) expect((await client.hello({ name: 'a' })).msg).toBe('Hello a');
  gate.resolve({ msg: 'served' });
  const codes = (await Promise.all(held)).map(({ code }) => code);
  expect(codes.filter((code) => code === Code.OK)).toHaveLength(11);
});

test('health, reflection and debug are answered by a server that refuses all else', async () => {
  const gate = Promise.withResolvers<{ msg: string }>();
  await using server = await startTestServer({ hello: () => gate.promise }, { maxCalls: 1 });
  const held = Array.from({ length: 12 }, () => callRaw(server.caller).status);
  await Promise.race(held);
  await expect(server.call('Say.Hello')).rejects.toMatchObject({ code: 429 });
  await server.call('/grpc.health.v1.Health/Check');
  await server.call('Debug.Health');
  await server.call('Debug.Stats');
  gate.resolve({ msg: 'served' });
  await Promise.all(held);
});

test('a call that waits leaves with its caller or its deadline, and makes room', async () => {
  const gate = Promise.withResolvers<{ msg: string }>();
  let runs = 0;
  await using server = await startTestServer(
    {
      hello() {
        runs++;
        return gate.promise;
      },
    },
    { maxCalls: 1 },
  );
  const first = callRaw(server.caller).status;
  await server.call('Debug.Health'); // The first has been taken by now.
  const late = Array.from({ length: 5 }, () => callRaw(server.caller, hello, 300).status);
  const cancelled = Array.from({ length: 5 }, () => callRaw(server.caller));
  await server.call('Debug.Health');
  await expect(server.call('Say.Hello')).rejects.toMatchObject({ code: 429 });
  for (const call of cancelled) call.cancel();
  for (const { code } of await Promise.all(late)) expect(code).toBe(Code.DEADLINE_EXCEEDED);
  await vi.waitFor(() => expect(server.answered).toHaveLength(1 + 10 + 2));
  const next = callRaw(server.caller).status;
  await server.call('Debug.Health');
  gate.resolve({ msg: 'served' });
  expect([(await first).code, (await next).code]).toEqual([Code.OK, Code.OK]);
  expect(runs).toBe(2);
});

/** Calls as an admission sees them. */
function guests(count: number): { all: Guest[]; begun: () => number } {
  let begun = 0;
  const guest = (): Guest => ({ place: 'outside', begin: () => void begun++ });
  return { all: Array.from({ length: count }, guest), begun: () => begun };
}

test.each([
  [1, 10],
  [250, 25],
  [5_000, 100],
])('with room for %i calls, %i wait', (room, waiting) => {
  const admission = new Admission('a', room);
  const { all, begun } = guests(room + waiting + 1);
  expect(all.filter((guest) => !admission.admit(guest))).toEqual(all.slice(-1));
  expect(begun()).toBe(room);
  expect(admission.waiting).toBe(waiting);
});

test('who waits begins in the order of coming, one for each that is done', () => {
  const admission = new Admission('a', 1);
  const order: number[] = [];
  const all = [0, 1, 2].map((n): Guest => ({ place: 'outside', begin: () => void order.push(n) }));
  for (const guest of all) admission.admit(guest);
  for (const guest of all.slice(0, 2)) {
    admission.done(guest);
    admission.done(guest); // A second time changes nothing.
  }
  expect(order).toEqual([0, 1, 2]);
  expect(admission.waiting).toBe(0);
});

test('a handler that never ends keeps its place for five seconds after its caller left', () => {
  vi.useFakeTimers();
  try {
    const admission = new Admission('a', 1);
    const { all, begun } = guests(2);
    for (const guest of all) {
      admission.admit(guest);
      admission.left(guest);
    }
    admission.admit(all[1] as Guest);
    vi.advanceTimersByTime(4_999);
    expect(begun()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(begun()).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});
