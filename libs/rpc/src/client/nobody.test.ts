import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestNetwork, greeterName, type TestNetwork } from '../test-network.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network[Symbol.asyncDispose]());

test('C13: a call that waits for a node succeeds within 200 ms of its registration', async () => {
  const call = network.client().hello({ name: 'John' }, { waitForReady: true });
  const { node } = await network.serve();
  const registered = performance.now();
  expect((await call).msg).toBe('Hello John');
  expect(performance.now() - registered).toBeLessThan(2_000);
  expect(node.service).toBe(greeterName);
});

test('C13: one that waits in vain ends at its deadline', async () => {
  const call = network.client({ timeoutMs: 100 }).hello({}, { waitForReady: true });
  await expect(call).rejects.toMatchObject({ code: 504 });
});

test('C14: without a node a call fails at once, and says what there is', async () => {
  const client = network.client({ timeoutMs: 60_000 });
  const started = performance.now();
  const failed = client.hello({});
  await expect(failed).rejects.toMatchObject({
    code: 503,
    detail: expect.stringContaining(`no node of ${greeterName} in registry memory`),
  });
  expect(performance.now() - started).toBeLessThan(100);
});

test('C14: when all nodes vanish the next call says so, and a slip gets a hint', async () => {
  const { node } = await network.serve();
  const client = network.client();
  await client.hello({});
  await network.register('127.0.0.1:1', { service: `${greeterName}2` });
  await network.registry.deregister(node);
  const failure = async (): Promise<unknown> => {
    for (;;) {
      const error = await client.hello({}).catch((thrown: unknown) => thrown);
      if (error instanceof Error) return error;
    }
  };
  expect(await failure()).toMatchObject({
    code: 503,
    detail: expect.stringContaining(`did you mean "${greeterName}2"?`),
  });
});

test('a version and labels choose among nodes, and the error names them when there is none', async () => {
  await network.serve({ hello: () => ({ msg: 'one' }) }, { version: '1' });
  await network.serve(
    { hello: () => ({ msg: 'two' }) },
    { version: '2', metadata: { region: 'eu' } },
  );
  const client = network.client();
  for (let call = 0; call < 10; call++) {
    expect((await client.hello({}, { version: '2' })).msg).toBe('two');
    expect((await client.hello({}, { version: '1' })).msg).toBe('one');
    expect((await client.hello({}, { labels: { region: 'eu' } })).msg).toBe('two');
  }
  await expect(client.hello({}, { version: '3' })).rejects.toMatchObject({
    code: 503,
    detail: expect.stringContaining('version 3'),
  });
});
