import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import dns from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { registryContract } from './contract.ts';
import { createMdnsRegistry, type MdnsOptions } from './mdns.ts';
import { encodeAnnouncement, encodeQuery } from './mdns-encode.ts';
import type { Node, Registry, View } from './registry.ts';

/** All sockets of the machine share a port: a domain of its own keeps a test alone. */
const ownDomain = (): string => `t${randomUUID()}`;
/** For tests that others on the port would notice. */
const ownPort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

registryContract('mdns', async () => {
  const domain = ownDomain();
  return {
    connect: async () => ({ registry: createMdnsRegistry({ domain }), host: '127.0.0.1' }),
    async [Symbol.asyncDispose]() {},
  };
});

const node: Node = {
  id: 'a-1',
  service: 'a',
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
};

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function registry(options: MdnsOptions): Registry {
  const created = createMdnsRegistry(options);
  open.push(() => created.close());
  return created;
}

async function socket(port = 0, address = '127.0.0.1', reuseAddr = false): Promise<Socket> {
  const created = createSocket({ type: 'udp4', reuseAddr });
  created.bind(port, address);
  await once(created, 'listening');
  open.push(() => new Promise<void>((closed) => created.close(closed)));
  created.setMulticastInterface('127.0.0.1');
  created.setMulticastTTL(0);
  return created;
}

/** Waits until the view shows so many nodes. */
async function shows(view: View, count: number): Promise<void> {
  if (view.nodes.length === count) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = view.subscribe(() => view.nodes.length === count && resolve());
  await promise;
  stop();
}

describe('a service in another process', () => {
  function run(domain: string, body: string): ChildProcess & { stdout: Readable } {
    const code = `
      const { createMdnsRegistry } = await import(${JSON.stringify(import.meta.resolve('./mdns.ts'))});
      const connect = () => createMdnsRegistry({ domain: ${JSON.stringify(domain)} });
      const node = ${JSON.stringify(node)};
      ${body}
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    open.push(() => child.kill('SIGKILL'));
    return child;
  }
  /** Registers, says so, and lives on. */
  async function start(domain: string): Promise<ChildProcess> {
    const child = run(
      domain,
      `
      const registry = connect();
      await registry.register(node, { ttlMs: 2_000 });
      process.once('SIGTERM', () => registry.close());
      console.log('registered');
      `,
    );
    await once(child.stdout, 'data');
    return child;
  }

  test('is seen, and is gone at once when it ends', async () => {
    const domain = ownDomain();
    const view = registry({ domain }).watch('a');
    const child = await start(domain);
    await shows(view, 1);
    expect(view.nodes).toEqual([node]);
    child.kill('SIGTERM');
    await Promise.all([shows(view, 0), once(child, 'exit')]);
  });

  test('is found by who comes later, within the first round', async () => {
    const domain = ownDomain();
    await start(domain);
    const view = registry({ domain }).watch('a');
    await view.synced;
    expect(view.nodes).toEqual([node]);
  });

  test('ends by itself when its registries are closed, used or not', async () => {
    const child = run(
      ownDomain(),
      `
      const [one, two, three] = [connect(), connect(), connect()];
      await Promise.all([one.register(node), one.watch().synced, one.deregister(node)]);
      const opening = two.register(node);
      await Promise.all([one.close(), two.close(), opening, three.close()]);
      one.watch();
      await three.register(node).catch(() => {});
      `,
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('is forgotten in seconds when it is killed, and not while it lives', async () => {
    const domain = ownDomain();
    const [alive, view] = [registry({ domain }), registry({ domain }).watch('a')];
    const changes: string[] = [];
    view.subscribe(({ type, node }) => changes.push(`${type} ${node.id}`));
    const child = await start(domain);
    await alive.register({ ...node, id: 'a-2' }, { ttlMs: 2_000 });
    await shows(view, 2);
    child.kill('SIGKILL');
    await shows(view, 1);
    expect(changes.sort()).toEqual(['added a-1', 'added a-2', 'removed a-1']);
  });
});

test('says goodbye for what is still registered when it closes', async () => {
  const domain = ownDomain();
  const writer = registry({ domain });
  const view = registry({ domain }).watch();
  await writer.register(node);
  await writer.register({ ...node, service: 'b' });
  await shows(view, 2);
  await writer.close();
  await shows(view, 0);
  await expect(writer.register(node)).rejects.toThrow(/expected an open registry, it is closed/);
});

test('shares the port with another program that speaks mDNS', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const before = await socket(port, '0.0.0.0', true);
  before.addMembership('224.0.0.251', '127.0.0.1');
  const heard = once(before, 'message');
  const writer = registry({ domain, port });
  const view = registry({ domain, port }).watch();
  await writer.register(node);
  await shows(view, 1);
  await heard;
});

test('reports where there is no multicast, and works when it is there', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const alone = createSocket('udp4').bind(port, '0.0.0.0');
  await once(alone, 'listening');
  const problems: string[] = [];
  const onProblem = (problem: Error) => problems.push(problem.message);
  const follower = registry({ domain, port, onProblem });
  const view = follower.watch();
  const message =
    /expected multicast to 224.0.0.251 on the loopback interface, got: bind EADDRINUSE.*; turn it on .* or choose another registry, as --registry=memory/;
  await expect(follower.register(node)).rejects.toThrow(message);
  expect(follower.status).toEqual({ state: 'stale', reason: expect.stringMatching(message) });
  await new Promise<void>((closed) => alone.close(closed));
  await view.synced;
  expect(follower.status).toEqual({ state: 'synced' });
  expect(problems).toEqual([expect.stringMatching(message)]);
  expect(view.nodes).toEqual([]);
});

test('drops what makes no sense, says so once, and goes on', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const problems: string[] = [];
  const reader = registry({ domain, port, onProblem: (problem) => problems.push(problem.message) });
  const view = reader.watch();
  await view.synced;
  const stranger = await socket();
  for (let i = 0; i < 100; i++) stranger.send(Buffer.alloc(i, 0xff), port, '224.0.0.251');
  stranger.send(encodeAnnouncement(domain, node, 10), port, '224.0.0.251');
  await shows(view, 1);
  expect(problems).toEqual([
    `dropped a packet from port ${stranger.address().port} of this machine: expected a DNS packet, got 0 bytes`,
  ]);
});

test.runIf(process.platform === 'linux')('does not hear who is not 127.0.0.1', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  const view = registry({ domain, port }).watch();
  await view.synced;
  const seen: string[] = [];
  view.subscribe(({ node }) => seen.push(node.id));
  const [outsider, insider] = [await socket(0, '127.0.0.2'), await socket()];
  for (const [from, id] of [
    [outsider, 'outside'],
    [insider, 'inside'],
  ] as const) {
    const packet = encodeAnnouncement(domain, { ...node, id }, 10);
    await new Promise((sent) => from.send(packet, port, '224.0.0.251', sent));
  }
  await shows(view, 1);
  expect(seen).toEqual(['inside']);
});

test('answers to the one who asked, each name once', async () => {
  const [domain, port] = [ownDomain(), ownPort()];
  await registry({ domain, port }).register(node);
  const asker = await socket();
  const answers: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  asker.on('message', (packet) => {
    if (answers.push(dns.decode(packet).answers?.[0]) === 2) resolve();
  });
  const names = Array<string>(50).fill(`a.${domain}`);
  asker.send(encodeQuery(names), port, '224.0.0.251');
  asker.send(encodeQuery([`_services.${domain}`]), port, '224.0.0.251');
  await done;
  expect(answers).toMatchObject([
    { type: 'PTR', name: `a.${domain}`, ttl: 10, data: `a-1.a.${domain}` },
    { type: 'PTR', name: `_services.${domain}`, ttl: 10, data: `a._services.${domain}` },
  ]);
});

test('refuses a domain that is none', () => {
  expect(() => createMdnsRegistry({ domain: 'a..b' })).toThrow(/expected a DNS name/);
});

test.each([0, -1, Number.NaN])('refuses a time to live of %d', async (ttlMs) => {
  const { register } = registry({ domain: ownDomain() });
  await expect(register(node, { ttlMs })).rejects.toThrow(/expected ttlMs to be a number above 0/);
});
