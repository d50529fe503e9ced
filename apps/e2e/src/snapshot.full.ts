import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp } from './app-process.ts';
import { until } from './until.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'micro-snapshot-'));
});
afterEach(() => rm(directory, { recursive: true }));

test.each([
  ['refuses connections', false],
  ['takes connections and says nothing', true],
])(
  'R2: api that starts while the API server %s is ready at once and calls whom it knew',
  async (_what, stands) => {
    const server = createServer((socket) => socket.resume().on('error', () => {}));
    await using _ = server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    if (!stands) server.close();
    await using greeter = await startApp('greeter', ['--registry=memory']);
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(port));
    await writeFile(join(directory, 'registry-micro.json'), snapshotOf(greeter.grpc));

    await using api = await startApp(
      'api',
      ['--registry=kubernetes', `--snapshot_dir=${directory}`, '--address=127.0.0.1:0'],
      { KUBECONFIG: kubeconfig, POD_NAME: 'api-1', POD_NAMESPACE: 'micro', POD_IP: '127.0.0.1' },
    );
    await until('api to be ready', 3_000, async () => {
      return (await fetch(`http://${api.http}/readyz`)).ok;
    });
    const response = await fetch(`http://${api.http}/greeter/say/hello?name=John`);
    expect(await response.json()).toEqual({ msg: 'Hello John' });
  },
);

function kubeconfigOf(port: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'away', cluster: { server: `https://127.0.0.1:${port}` } }],
    users: [{ name: 'pod', user: { token: 'any' } }],
    contexts: [{ name: 'away', context: { cluster: 'away', user: 'pod' } }],
    'current-context': 'away',
  });
}

/** As a process before it would have left it. */
function snapshotOf(address: string): string {
  const record = JSON.stringify({
    name: 'go.micro.srv.greeter',
    version: 'latest',
    metadata: null,
    endpoints: [{ name: 'Say.Hello', request: null, response: null, metadata: { public: 'true' } }],
    nodes: [{ id: 'greeter-1', address, metadata: { protocol: 'grpc' } }],
  });
  return JSON.stringify({ savedAt: new Date().toISOString(), pods: [['uid-1', record]] });
}
