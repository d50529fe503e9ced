import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Say } from '@micro/contracts';
import type { Handlers } from '@micro/rpc';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { start } from './start.ts';

const greeter = 'go.micro.srv.greeter';
let directory: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'away-'));
  const KUBECONFIG = join(directory, 'config');
  const server = `http://127.0.0.1:${await closedPort()}`;
  const config = {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(KUBECONFIG, JSON.stringify(config));
  env = { KUBECONFIG, POD_NAME: 'caller', POD_NAMESPACE: 'micro', POD_IP: '127.0.0.1' };
});
afterEach(() => rm(directory, { recursive: true }));

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function begin() {
  const flags = ['--registry=kubernetes', `--snapshot_dir=${directory}`, '--log_level=error'];
  return start({ name: 'caller' }, flags, env);
}

test('a process that begins while the API server is away calls whom the one before it knew, and is ready', async () => {
  const say: Handlers<typeof Say> = {
    hello: async ({ name }) => ({ msg: `Hello ${name}` }),
    async *count() {},
    async *chat() {},
  };
  const flags = ['--registry=memory', '--log_level=error'];
  const { address, stop } = await start({ name: greeter, handlers: [[Say, say]] }, flags, {});
  const nodes = [{ id: 'g-1', address, metadata: { protocol: 'grpc' } }];
  const record = JSON.stringify({ name: greeter, version: '1', nodes });
  const known = { savedAt: new Date().toISOString(), pods: [['uid-1', record]] };
  await writeFile(join(directory, 'registry-micro.json'), JSON.stringify(known));

  const caller = await begin();
  expect(await caller.client(Say, greeter).hello({ name: 'John' })).toMatchObject({
    msg: 'Hello John',
  });
  while ((await fetch(`http://${caller.httpAddress}/readyz`)).status !== 200);
  await caller.stop();
  await stop();
});

test('without what one before it knew it is not ready, and says why', async () => {
  const caller = await begin();
  let said = '';
  while (!said.includes('ECONNREFUSED')) {
    const answer = await fetch(`http://${caller.httpAddress}/readyz`);
    expect(answer.status).toBe(503);
    said = await answer.text();
  }
  expect(said).toMatch(/not registered: patch pods caller in namespace micro: .*ECONNREFUSED/);
  await caller.stop();
});
