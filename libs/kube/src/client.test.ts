import { createFakeApiServer, createPodDriver, type FakeApiServer } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeClient, type KubeClient } from './client.ts';
import { KubeError } from './errors.ts';
import { eventsOf, listAll } from './read-all.ts';
import { podsPath } from './request-path.ts';

let server: FakeApiServer;
let client: KubeClient;
beforeEach(async () => {
  server = await createFakeApiServer();
  client = createKubeClient(server.config());
});
afterEach(async () => {
  client.close();
  await server.close();
});

test('a thousand requests and a watch share two connections', async () => {
  await client.watchPods('micro');
  for (let n = 0; n < 1000; n++) await listAll(client);
  expect(server.connections.made).toBe(2);
});

test('requests at once open two connections at most', async () => {
  await Promise.all(Array.from({ length: 100 }, () => listAll(client)));
  expect(server.connections.made).toBe(2);
});

test('watches do not stand in the way of requests', async () => {
  for (let n = 0; n < 10; n++) await client.watchPods('micro');
  await listAll(client);
  expect(server.connections.made).toBe(11);
});

test('a watch asks for bookmarks and what it was told to', async () => {
  await client.watchPods('micro', {
    labelSelector: 'a=b,c',
    resourceVersion: '1',
    timeoutSeconds: 300,
  });
  expect(Object.fromEntries(server.requests[0]!.query)).toEqual({
    watch: 'true',
    allowWatchBookmarks: 'true',
    labelSelector: 'a=b,c',
    resourceVersion: '1',
    timeoutSeconds: '300',
  });
});

test('a patch is a merge patch that says who writes', async () => {
  await createPodDriver(client.request, 'micro').create('one');
  await client.patch(
    podsPath('micro', 'one'),
    { metadata: { labels: { a: null } } },
    {
      fieldManager: 'micro-registry',
    },
  );
  const { verb, contentType, text, query } = server.requests[1]!;
  expect([verb, contentType, text, query.toString()]).toEqual([
    'patch',
    'application/merge-patch+json',
    '{"metadata":{"labels":{"a":null}}}',
    'fieldManager=micro-registry',
  ]);
});

test('a large pod comes whole', async () => {
  const driver = createPodDriver(client.request, 'micro');
  for (const name of ['one', 'two'])
    await driver.create(name, { annotations: { text: 'ä'.repeat(50_000) } });
  const { items } = await listAll(client);
  expect(items.map(({ metadata }) => metadata.annotations['text']?.length)).toEqual([
    50_000, 50_000,
  ]);
});

test('a silent server is given up after the deadline', async () => {
  const hasty = createKubeClient(server.config(), { timeoutMs: 20 });
  server.faults.next(2, { kind: 'hang' });
  const late = { reason: 'Timeout', status: undefined, message: expect.stringMatching(/20 ms$/) };
  await expect(listAll(hasty)).rejects.toMatchObject(late);
  await expect(hasty.watchPods('micro')).rejects.toMatchObject(late);
  hasty.close();
});

test('the deadline does not end a watch that has begun', async () => {
  const hasty = createKubeClient(server.config(), { timeoutMs: 20 });
  const events = await hasty.watchPods('micro');
  server.faults.next(1, { kind: 'hang' });
  await expect(listAll(hasty)).rejects.toMatchObject({ reason: 'Timeout' });
  server.watchers.bookmark();
  expect((await eventsOf(events).next()).value).toMatchObject({ type: 'BOOKMARK' });
  hasty.close();
});

test('an aborted request throws the reason it was aborted for', async () => {
  const reason = new Error('no more use for it');
  server.faults.next(1, { kind: 'hang' });
  const abort = new AbortController();
  const listing = listAll(client, { signal: abort.signal });
  while (server.requests.length === 0) await new Promise(setImmediate);
  abort.abort(reason);
  await expect(listing).rejects.toBe(reason);
  const watch = new AbortController();
  const events = await client.watchPods('micro', { resourceVersion: '1', signal: watch.signal });
  const next = eventsOf(events).next();
  watch.abort(reason);
  await expect(next).rejects.toBe(reason);
});

test('close ends requests and watches at any stage, and leaves no connection', async () => {
  const events = await client.watchPods('micro', { resourceVersion: '1' });
  server.faults.next(1, { kind: 'hang' });
  const ended = [eventsOf(events).next(), listAll(client)];
  while (server.requests.length < 2) await new Promise(setImmediate);
  ended.push(listAll(client));
  const outcomes = Promise.allSettled(ended);
  client.close();
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({
      reason: { reason: 'Unreachable', detail: 'the client is closed' },
    });
  await expect(listAll(client)).rejects.toThrow('the client is closed');
  while (server.connections.open > 0) await new Promise(setImmediate);
});

test('a broken connection is an error that says so', async () => {
  server.faults.next(1, { kind: 'reset' });
  await expect(listAll(client)).rejects.toMatchObject({
    reason: 'Unreachable',
    message: 'list pods in namespace micro: socket hang up',
  });
  const events = await client.watchPods('micro', { resourceVersion: '1' });
  const next = eventsOf(events).next();
  server.watchers.drop();
  await expect(next).rejects.toMatchObject({ reason: 'Unreachable' });
});

test('a server that is not there is an error that says where it should be', async () => {
  await server.close();
  await expect(listAll(client)).rejects.toThrow(/ECONNREFUSED 127\.0\.0\.1/);
});

test('a refusal carries what the server said and how long to wait', async () => {
  server.faults.next(1, { kind: 'status', status: 429, retryAfterSeconds: 7 });
  const error = await listAll(client).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(KubeError);
  expect(error).toMatchObject({
    status: 429,
    reason: 'TooManyRequests',
    retryAfterMs: 7000,
    verb: 'list',
    resource: 'pods',
    namespace: 'micro',
  });
});

test('a token that ended is asked for anew, once', async () => {
  server.access.grant({ user: 'jane', verbs: ['*'] });
  let token = server.access.token('jane');
  const asked: unknown[] = [];
  const jane = createKubeClient({
    ...server.config(),
    async credentials(options) {
      asked.push(options?.renew ?? false);
      if (options?.renew) token = server.access.token('jane');
      return { headers: { authorization: `Bearer ${token}` } };
    },
  });
  server.access.revoke('jane');
  await listAll(jane);
  expect(asked).toEqual([false, true]);
  jane.close();
});

test('a token that is refused again is not tried again', async () => {
  server.access.token('jane');
  const other = createKubeClient({
    ...server.config(),
    credentials: async () => ({ headers: { authorization: 'Bearer wrong' } }),
  });
  await expect(listAll(other)).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
  expect(server.requests.length).toBe(1);
  other.close();
});
