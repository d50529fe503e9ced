import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeApiServer, type FakeApiServer } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKubernetesRegistry } from './open.ts';

let directory: string;
let server: FakeApiServer;
let env: Record<string, string>;
beforeEach(async () => {
  server = await createFakeApiServer();
  directory = await mkdtemp(join(tmpdir(), 'kubernetes-open-'));
  const KUBECONFIG = join(directory, 'config');
  env = { KUBECONFIG };
  await writeFile(
    KUBECONFIG,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
      'current-context': 'x',
    }),
  );
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await server.close();
});

const node = {
  id: 'greeter-1',
  service: 'greeter',
  version: '1',
  address: '0.0.0.0:9090',
  metadata: {},
  endpoints: [],
};

test('outside a pod it watches the namespace of the kubeconfig’s context', async () => {
  const registry = await openKubernetesRegistry({ env });
  await registry.watch().synced;
  expect(server.requests[0]!.namespace).toBe('shop');
  await expect(registry.register(node)).rejects.toThrow(/expected to run in a pod/);
  await registry.close();
  while (server.connections.open > 0) await new Promise(setImmediate);
});

test('stands for the pod that POD_NAME names', async () => {
  server.pods.create('shop', { metadata: { name: 'greeter-1' } });
  const pod = { POD_NAME: 'greeter-1', POD_NAMESPACE: 'shop', POD_IP: '10.244.0.7' };
  const registry = await openKubernetesRegistry({ env: { ...env, ...pod } });
  await registry.register(node);
  expect(server.pods.get('shop', 'greeter-1').metadata.labels).toMatchObject({
    'micro.mu/selector-greeter': 'service',
  });
  expect(registry.status).toEqual({ state: 'idle' });
  await registry.close();
});

test('outside a pod who wants to register is refused before he begins', async () => {
  await expect(openKubernetesRegistry({ env, registers: true })).rejects.toThrow(
    'expected to run in a pod to register; this process runs outside of one and can only watch: ' +
      'on a laptop take --registry=mdns, or set POD_NAME, POD_NAMESPACE and POD_IP of a pod to stand for',
  );
  expect(server.requests).toEqual([]);
});

test('says what the environment lacks', async () => {
  await expect(openKubernetesRegistry({ env: { ...env, POD_NAME: 'x' } })).rejects.toThrow(
    /expected POD_IP to be set/,
  );
  await expect(
    openKubernetesRegistry({ env: { HOME: '/nonexistent', POD_NAME: 'x' } }),
  ).rejects.toThrow(/found none.*\n.*expected POD_IP to be set/s);
  await expect(openKubernetesRegistry({ env: { HOME: '/nonexistent' } })).rejects.toThrow(
    /expected a Kubernetes API server, found none/,
  );
});
