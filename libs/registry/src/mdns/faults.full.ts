import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRegistrar } from '../registrar.ts';
import { isResponse } from './parse.ts';
import { createMdnsTrial, node, ownDomain, ownPort, record, shows, until } from './trial.ts';

const trial = createMdnsTrial();
afterEach(trial.close);

describe('R34: a process that is killed with -9 and says no goodbye', () => {
  test('is listed until its time is up, then gone, while what lives stays', async () => {
    const domain = ownDomain();
    const view = trial.registry({ domain }).watch('a');
    const changes = record(view);
    const [short, long] = await Promise.all([
      trial.start(domain, { id: 'short' }, 4_000),
      trial.start(domain, { id: 'long' }, 60_000),
      trial.start(domain, { id: 'alive' }, 2_000),
    ]);
    await shows(view, 3);
    const killedAt = performance.now();
    const lived: Record<string, number> = {};
    view.subscribe(({ node }) => {
      lived[node.id] = performance.now() - killedAt;
    });
    short.kill('SIGKILL');
    long.kill('SIGKILL');
    await shows(view, 1);
    expect(changes.slice(3).map((change) => change.split(' ', 2).join(' '))).toEqual([
      'removed short',
      'removed long',
    ]);
    // Both were heard of a second before at most; then the ticks of this process round up.
    expect(lived['short']).toBeGreaterThan(2_000);
    expect(lived['short']).toBeLessThan(6_000);
    expect(lived['long']).toBeGreaterThan(lived['short']!);
    expect(lived['long']).toBeLessThan(12_000);
  });

  test('and is started again at once under its id on another port is one update', async () => {
    const domain = ownDomain();
    const view = trial.registry({ domain }).watch('a');
    const changes = record(view);
    await trial.start(domain, { id: 'sibling' });
    for (const port of [1_001, 1_002, 1_003]) {
      const child = await trial.start(domain, { address: `127.0.0.1:${port}` });
      await until(view, (nodes) => nodes.some(({ address }) => address.endsWith(`:${port}`)));
      if (port < 1_003) child.kill('SIGKILL');
    }
    await delay(12_000); // What is left of the old ones would end by now.
    expect(changes).toEqual([
      'added sibling 127.0.0.1:1',
      'added a-1 127.0.0.1:1001',
      'updated a-1 127.0.0.1:1002',
      'updated a-1 127.0.0.1:1003',
    ]);
  });
});

test('forgets what is no longer repeated by a process that lives on', async () => {
  const domain = ownDomain();
  const writer = trial.registry({ domain });
  const view = trial.registry({ domain }).watch('a');
  const changes = record(view);
  const registeredAt = performance.now();
  await writer.register(node, { ttlMs: 3_000 });
  await writer.register({ ...node, id: 'for-good' });
  await shows(view, 2);
  await shows(view, 1);
  expect(changes.at(-1)).toBe('removed a-1 127.0.0.1:1');
  expect(performance.now() - registeredAt).toBeGreaterThan(3_000);
  expect(performance.now() - registeredAt).toBeLessThan(5_000);
});

test('R31: a wall clock that jumps by an hour or by ten days ends nothing and asks no more', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const view = trial.registry({ domain, port }).watch('a');
  await trial.registry({ domain, port }).register(node, { ttlMs: 60_000 });
  await shows(view, 1);
  const changes = record(view);
  const stranger = await trial.socket(port, '224.0.0.251', true);
  stranger.addMembership('224.0.0.251', '127.0.0.1');
  let packets = { questions: 0, announcements: 0 };
  stranger.on('message', (packet) => packets[isResponse(packet) ? 'announcements' : 'questions']++);
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    await delay(3_000); // The rounds of the start are over.
    for (const jumpMs of [3_600_000, -3_600_000, -10 * 86_400_000, 10 * 86_400_000]) {
      vi.setSystemTime(Date.now() + jumpMs);
      packets = { questions: 0, announcements: 0 };
      await delay(5_000);
      expect(packets.questions).toBeOneOf([1, 2]);
      expect(packets.announcements).toBe(0);
    }
  } finally {
    vi.useRealTimers();
  }
  expect(changes).toEqual([]);
});

test('R35: a port that another program keeps to itself is said once, and all is whole when it goes', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const other = createSocket('udp4').bind(port, '0.0.0.0');
  await once(other, 'listening');
  const problems: string[] = [];
  const registry = trial.registry({ domain, port, onProblem: (p) => problems.push(p.message) });
  const view = registry.watch('a');
  const states: string[] = [];
  createRegistrar({
    registry,
    node,
    ttlMs: 4_000,
    intervalMs: 1_000,
    random: () => 0,
    onState: ({ state }) => states.push(state),
  });
  await delay(5_000);
  expect([states, registry.status.state, view.nodes]).toEqual([['registering'], 'stale', []]);
  await new Promise<void>((closed) => other.close(closed));
  await shows(view, 1);
  await view.synced;
  expect(states).toEqual(['registering', 'registered']);
  expect(registry.status).toEqual({ state: 'synced' });
  expect(problems).toEqual([expect.stringContaining('bind EADDRINUSE')]);
});

test('R35: what is not registered for want of multicast is not registered by its return', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const other = createSocket('udp4').bind(port, '0.0.0.0');
  await once(other, 'listening');
  const problems: string[] = [];
  const follower = trial.registry({ domain, port, onProblem: (p) => problems.push(p.message) });
  const view = follower.watch();
  const message =
    /expected multicast to 224.0.0.251 on the loopback interface, got: bind EADDRINUSE.*; turn it on .* or choose another registry, as --registry=memory/;
  await expect(follower.register(node)).rejects.toThrow(message);
  expect(follower.status).toEqual({ state: 'stale', reason: expect.stringMatching(message) });
  await new Promise<void>((closed) => other.close(closed));
  await view.synced;
  expect(follower.status).toEqual({ state: 'synced' });
  expect(problems).toEqual([expect.stringMatching(message)]);
  expect(view.nodes).toEqual([]);
});

const isolate = ['--user', '--map-root-user', '--net'];
const permitted = spawnSync('unshare', [...isolate, 'ip', 'link', 'set', 'lo', 'up']);
const refusal = permitted.error?.message ?? permitted.stderr?.toString().trim();
if (permitted.status !== 0) {
  process.stderr.write(`not run without a network namespace: unshare said ${refusal}\n`);
  test.skip(`R35: an interface that goes away (unshare said ${refusal})`);
} else
  test('R35: an interface that goes away is said once, and all is whole when it is back', async () => {
    const program = fileURLToPath(import.meta.resolve('./outage-trial.ts'));
    const child = spawn('unshare', [...isolate, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen: unknown[] = [];
    for await (const line of createInterface({ input: child.stdout })) seen.push(JSON.parse(line));
    const gone = { status: 'stale', registrar: 'registering', repeated: 'refused' };
    const said = (reason: string) =>
      Array(2).fill(expect.stringMatching(`^expected multicast to 224.0.0.251 .*, got: ${reason}`));
    expect(seen).toEqual([
      {
        outage: 'the interface is down from the start',
        during: gone,
        problems: said('addMembership ENODEV'),
        changes: ['before', 'late-1', 'steady'].map((id) => `added ${id} 127.0.0.1:1`),
      },
      {
        outage: 'the interface goes down and up',
        during: gone,
        problems: said('send ENETUNREACH'),
        changes: ['added late-2 127.0.0.1:1'],
      },
      {
        outage: 'the interface loses its address',
        during: gone,
        problems: said('send ENETUNREACH'),
        changes: ['added late-3 127.0.0.1:1'],
      },
      {
        // Both sockets name their interface, and ask no route.
        outage: 'multicast has a route to nowhere',
        during: { status: 'synced', registrar: 'registered', repeated: 'registered' },
        problems: [],
        changes: ['added late-4 127.0.0.1:1'],
      },
      { outage: 'none', problems: [], changes: [], memoryChanges: ['added in-memory 127.0.0.1:1'] },
    ]);
  });
