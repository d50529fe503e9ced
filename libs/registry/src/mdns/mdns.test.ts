import { once } from 'node:events';
import dns from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { registryContract } from '../contract.ts';
import { encodeAnnouncement, encodeQuery } from './encode.ts';
import { createMdnsRegistry } from './mdns.ts';
import { createMdnsTrial, node, ownDomain, ownPort, shows } from './trial.ts';

const { registry, run, socket, start, close } = createMdnsTrial();
afterEach(close);

registryContract('mdns', async () => {
  const domain = ownDomain();
  return {
    connect: async () => ({ registry: createMdnsRegistry({ domain }), host: '127.0.0.1' }),
    async [Symbol.asyncDispose]() {},
  };
});

describe('a service in another process', () => {
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
      const [one, two, three] = [1, 2, 3].map(() => createMdnsRegistry({ domain }));
      await Promise.all([one.register(node), one.watch().synced, one.deregister(node)]);
      const opening = two.register(node);
      await Promise.all([one.close(), two.close(), opening, three.close()]);
      one.watch();
      await three.register(node).catch(() => {});
      `,
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
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
