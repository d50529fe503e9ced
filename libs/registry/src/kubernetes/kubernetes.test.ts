import { createKubeClient, type KubeClient } from '@micro/kube';
import { createFakeApiServer, createPodDriver, type FakeApiServer } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change, Node, Registry, RegistryError, View } from '../registry.ts';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import type { PodIdentity } from './pod-identity.ts';

const pod: PodIdentity = { name: 'greeter-1', namespace: 'micro', ip: '10.244.0.7' };
const node: Node = {
  id: 'greeter-1',
  service: 'greeter',
  version: 'latest',
  address: '10.244.0.7:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [],
};
const open: Registry[] = [];
let server: FakeApiServer;
let client: KubeClient;
let problems: RegistryError[];

beforeEach(async () => {
  server = await createFakeApiServer();
  client = createKubeClient(server.config());
  problems = [];
  await driver().create('greeter-1');
  await driver().run('greeter-1', pod.ip);
});
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
  client.close();
  await server.close();
});

const driver = () => createPodDriver(client.request, 'micro');

function connect(options: Partial<KubernetesOptions> = {}): Registry {
  const registry = createKubernetesRegistry({
    client,
    pod,
    onProblem: (problem) => problems.push(problem),
    random: () => 0,
    ...options,
  });
  open.push(registry);
  return registry;
}

async function eventually(view: View, holds: (nodes: readonly Node[]) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = view.subscribe(() => holds(view.nodes) && resolve());
  if (!holds(view.nodes)) await promise;
  stop();
}

/** For what no view tells; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

test('a process that watches nobody watches its own pod alone', async () => {
  const before = server.requests.length;
  const registry = connect();
  await registry.register(node);
  await until(() => server.watchers.count === 1);
  await registry.deregister(node);
  const asked = server.requests.slice(before);
  expect(asked.map(({ verb }) => verb).sort()).toEqual(['patch', 'patch', 'watch']);
  const { query } = asked.find(({ verb }) => verb === 'watch')!;
  expect(query.get('fieldSelector')).toBe('metadata.name=greeter-1');
  expect(query.get('labelSelector')).toBe(null);
  expect(registry.status).toEqual({ state: 'idle' });
});

test('outside a pod it watches and refuses to register', async () => {
  await connect().register(node);
  const outside = createKubernetesRegistry({ client });
  open.push(outside);
  const view = outside.watch('greeter');
  await view.synced;
  expect(view.nodes).toEqual([node]);
  await expect(outside.register(node)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('expected to run in a pod to register greeter'),
  });
  await outside.deregister(node);
});

test('shows a pod while it is ready and no longer', async () => {
  const registry = connect();
  await registry.register(node);
  const view = registry.watch('greeter');
  await eventually(view, (nodes) => nodes.length === 1);
  await driver().run('greeter-1', pod.ip, false);
  await eventually(view, (nodes) => nodes.length === 0);
  await driver().run('greeter-1', '10.244.0.8');
  await eventually(view, (nodes) => nodes[0]?.address === '10.244.0.8:9090');
  await driver().setMetadata('greeter-1', { finalizers: ['micro.mu/test'] });
  await driver().delete('greeter-1');
  await eventually(view, (nodes) => nodes.length === 0);
});

test('says nothing of changes that are not the registration’s', async () => {
  const registry = connect();
  await registry.register(node);
  const view = registry.watch('greeter');
  await eventually(view, (nodes) => nodes.length === 1);
  const changes: Change[] = [];
  view.subscribe((change) => changes.push(change));
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (let probe = 0; probe < 100; probe++)
    await driver().setStatus('greeter-1', {
      conditions: [{ type: 'Probe', probe }, ...conditions],
    });
  await registry.register({ ...node, version: 'next' });
  await until(() => changes.length > 0);
  expect(changes).toEqual([{ type: 'updated', node: { ...node, version: 'next' } }]);
});

test('passes over a record that is wrong, and says so once', async () => {
  const registry = connect();
  await registry.register(node);
  const view = registry.watch();
  await driver().setMetadata('greeter-1', {
    labels: { 'micro.mu/selector-broken': 'service' },
    annotations: { 'micro.mu/service-broken': '{' },
  });
  await driver().setMetadata('greeter-1', { labels: { other: 'change' } });
  await registry.register({ ...node, version: 'next' });
  await eventually(view, ([first]) => first?.version === 'next');
  expect(view.nodes.map(({ service }) => service)).toEqual(['greeter']);
  const message = expect.stringMatching(
    /^passed over annotation micro.mu\/service-broken of pod micro\/greeter-1/,
  );
  expect(problems).toEqual([expect.objectContaining({ code: 'refused', message })]);
});

test('all views share one watch', async () => {
  const registry = connect();
  const views = [registry.watch(), registry.watch('greeter'), registry.watch('other')];
  await Promise.all(views.map(({ synced }) => synced));
  expect(server.requests.slice(2).map(({ verb }) => verb)).toEqual(['watch']);
});

test('watches in another namespace where it is told to', async () => {
  const other = createPodDriver(client.request, 'other');
  await other.create('greeter-1');
  await other.run('greeter-1', pod.ip);
  await connect({ pod: { ...pod, namespace: 'other' } }).register(node);
  const registry = connect({ namespaces: ['other'] });
  expect(registry.scope).toBe('namespace other');
  const view = registry.watch();
  await view.synced;
  expect(view.nodes).toEqual([node]);
  const own = connect().watch();
  await own.synced;
  expect(own.nodes).toEqual([]);
});

test('lets everything go when it is closed', async () => {
  const registry = connect();
  await registry.watch().synced;
  await until(() => server.watchers.count === 1);
  await registry.close();
  await until(() => server.watchers.count === 0);
});
