import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Say } from '@micro/contracts';
import type { Handlers } from '@micro/rpc';
import { createFakeApiServer, type FakeApiServer } from '@micro/testing';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Running, start } from './start.ts';

const greeter = 'go.micro.srv.greeter';
let directory: string;
let server: FakeApiServer;
beforeEach(async () => {
  server = await createFakeApiServer();
  directory = await mkdtemp(join(tmpdir(), 'kubernetes-life-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await server.close();
});

/** Starts a service as it would be in a pod of its own, which is up. */
async function startPod(
  name: string,
  msg: string,
  ip: string,
  ...flags: string[]
): Promise<Running> {
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
  server.pods.create('micro', { metadata: { name } });
  server.pods.patch('micro', name, { status }, true);
  const say: Handlers<typeof Say> = {
    hello: () => ({ msg }),
    async *count() {},
    async *chat() {},
  };
  const KUBECONFIG = join(directory, name);
  await writeFile(KUBECONFIG, kubeconfig(server.access.token(name)));
  const env = { KUBECONFIG, POD_NAME: name, POD_NAMESPACE: 'micro', POD_IP: ip };
  const address = [`--server_address=${ip}:0`, `--server_version=${msg}`];
  const options = ['--registry=kubernetes', '--log_level=error', ...address, ...flags];
  const running = await start({ name: greeter, handlers: [[Say, say]] }, options, env);
  onTestFinished(() => running.stop());
  return running;
}

function kubeconfig(token: string): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'micro' } }],
    'current-context': 'x',
  });
}

test('L6: an API server that does not answer holds up an exit for a second', async () => {
  server.access.grant({ user: 'greeter-1', verbs: ['*'] });
  const running = await startPod('greeter-1', '1', '127.0.0.1', '--shutdown_delay=0');
  await readiness(running, 200);
  server.faults.next(10, { kind: 'hang' });
  const begun = performance.now();
  await running.stop();
  expect(performance.now() - begun).toBeGreaterThan(900);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('L12: a new version that may not register is not ready and says why, and the old one serves', async () => {
  server.access.grant({ user: 'old', verbs: ['*'] });
  server.access.grant({ user: 'new', verbs: ['list', 'watch'] });
  const old = await startPod('old', 'old', '127.0.0.1', '--shutdown_delay=0');
  await readiness(old, 200);
  const younger = await startPod('new', 'new', '127.0.0.2', '--shutdown_delay=0');
  const reason = await readiness(younger, 503, /not registered: /);
  expect(reason).toContain('patch pods');
  const client = younger.client(Say, greeter);
  for (let n = 0; n < 20; n++) expect((await client.hello({})).msg).toBe('old');
});

/** Waits until it says that it is ready, or not, and why. */
async function readiness({ httpAddress }: Running, status: number, why = /./): Promise<string> {
  for (;;) {
    const answer = await fetch(`http://${httpAddress}/readyz`);
    const text = await answer.text();
    if (answer.status === status && why.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
