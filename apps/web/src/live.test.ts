import { createMemoryRegistry, type Registry, type Status } from '@micro/registry';
import { expect, onTestFinished, test } from 'vitest';
import { writeEvents } from './events.ts';
import { createLive, type Live, type Snapshot } from './live.ts';

function follow(registry: Registry): Live {
  const live = createLive(registry);
  onTestFinished(() => live.close());
  return live;
}

/** What the next listener is told, and how long that took. */
async function next(live: Live): Promise<{ snapshot: Snapshot; ms: number }> {
  const before = performance.now();
  const { promise, resolve } = Promise.withResolvers<string>();
  const stop = live.subscribe(resolve);
  const snapshot = JSON.parse(await promise) as Snapshot;
  stop();
  return { snapshot, ms: performance.now() - before };
}

const node = (id: number) => ({
  id: `a-${id}`,
  service: 'a',
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
});

test('tells many changes at once, the first of them without delay', async () => {
  const registry = createMemoryRegistry();
  const live = follow(registry);
  let told = 0;
  live.subscribe(() => told++);
  const first = next(live);
  await registry.register(node(0));
  expect((await first).ms).toBeLessThan(100);
  const second = next(live);
  for (let id = 1; id <= 500; id++) await registry.register(node(id));
  const { snapshot, ms } = await second;
  expect(snapshot.services[0]?.nodes).toHaveLength(501);
  expect(ms).toBeGreaterThan(200);
  expect(told).toBe(2);
});

test('tells when the registry goes stale, and for how long it has been', async () => {
  let status: Status = { state: 'synced' };
  const memory = createMemoryRegistry();
  const live = follow({
    ...memory,
    get status() {
      return status;
    },
  });
  status = { state: 'stale', reason: 'away' };
  const { snapshot } = await next(live);
  expect(snapshot.registry.status).toEqual(status);
  expect(snapshot.registry.statusMs).toBeLessThan(200);
});

test('says something while there is nothing new, and no more once it is over', async () => {
  const leave = new AbortController();
  const live = follow(createMemoryRegistry());
  const events = writeEvents(live, leave.signal, 10);
  expect((await events.next()).value).toMatch(/^event: snapshot\ndata: \{.*\}\n\n$/);
  expect((await events.next()).value).toBe(': nothing new\n\n');
  const last = events.next();
  leave.abort();
  await last;
  expect((await events.next()).done).toBe(true);
});

test('leaves out pictures that a slow reader has no time for, never the last one', async () => {
  const registry = createMemoryRegistry();
  const live = follow(registry);
  const events = writeEvents(live, new AbortController().signal);
  await events.next();
  for (const id of [1, 2]) {
    const told = next(live);
    await registry.register(node(id));
    await told;
  }
  const { value } = await events.next();
  expect(value).toContain('a-1');
  expect(value).toContain('a-2');
  await events.return(undefined);
});
