import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createFakeApiServer, type FakeApiServer } from './fake-api-server.ts';

let clock: ManualClock;
let server: FakeApiServer;
beforeEach(async () => {
  clock = createManualClock();
  server = await createFakeApiServer({ clock });
  server.pods.create('micro', { metadata: { name: 'one' } });
});
afterEach(() => server.close());

const get = (query: string) => fetch(`${server.url}/api/v1/namespaces/micro/pods?${query}`);
const watch = async (query: string) => (await get(`watch=true&resourceVersion=1&${query}`)).text();

test('a watch ends by the clock, with bookmarks each minute and shortly before', async () => {
  const text = watch('timeoutSeconds=150&allowWatchBookmarks=true');
  while (server.watchers.count === 0) await new Promise(setImmediate);
  for (const ms of [59_999, 1, 60_000, 27_999, 1]) {
    clock.advance(ms);
    server.pods.patch('micro', 'one', { metadata: { labels: { at: `${clock.now()}` } } }, false);
  }
  clock.advance(2_000);
  expect((await text).trim().split('\n').map(describe)).toEqual([
    'ADDED 2',
    'MODIFIED 3',
    'BOOKMARK 3',
    'MODIFIED 4',
    'BOOKMARK 4',
    'MODIFIED 5',
    'MODIFIED 6',
    'BOOKMARK 6',
    'MODIFIED 7',
  ]);
  expect(clock.waiting).toBe(0);
});

test('a watch that did not ask for bookmarks gets none', async () => {
  const text = watch('timeoutSeconds=90');
  while (server.watchers.count === 0) await new Promise(setImmediate);
  clock.advance(90_000);
  expect((await text).trim().split('\n').map(describe)).toEqual(['ADDED 2']);
});

test.each([
  ['done', () => server.watchers.end()],
  ['told of an error', () => server.watchers.show({ kind: 'error', status: 410 })],
])('a watch that is %s is no watch any more, though its connection is open yet', async (_, end) => {
  const text = watch('');
  while (server.watchers.count === 0) await new Promise(setImmediate);
  end();
  expect(server.watchers.count).toBe(0);
  server.pods.create('micro', { metadata: { name: 'two' } });
  expect(await text).not.toContain('two');
});

test('without the feature a watch cannot ask for what is there, and is not told where that ends', async () => {
  const query =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  server.watchList = false;
  const refusal = await get(query);
  expect(refusal.status).toBe(422);
  expect(await refusal.json()).toMatchObject({
    reason: 'Invalid',
    message:
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
  });
  const old = get('watch=true&allowWatchBookmarks=true');
  while (server.watchers.count === 0) await new Promise(setImmediate);
  server.watchers.end();
  expect(describe(await (await old).text())).toBe('ADDED 2');
});

function describe(line: string): string {
  const { type, object } = JSON.parse(line);
  return `${type} ${object.metadata.resourceVersion}`;
}
