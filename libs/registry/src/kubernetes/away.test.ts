import { createKubeClient, type KubeClient } from '@micro/kube';
import {
  createFakeApiServer,
  createManualClock,
  createPodDriver,
  type FakeApiServer,
} from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Node, Registry, RegistryError } from '../registry.ts';
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
const user = 'system:serviceaccount:micro:runner';
const open: Registry[] = [];
let server: FakeApiServer;
let client: KubeClient;
let problems: RegistryError[];

beforeEach(async () => {
  server = await createFakeApiServer();
  client = createKubeClient(server.config());
  problems = [];
  const pods = createPodDriver(client.request, 'micro');
  await pods.create('greeter-1');
  await pods.run('greeter-1', pod.ip);
});
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
  client.close();
  await server.close();
});

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

/** For what no view tells; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

test('keeps its nodes while the API server is away, and says so until it is back', async () => {
  const { port } = new URL(server.url);
  const registry = connect();
  await registry.register(node);
  const view = registry.watch('greeter');
  await until(() => view.nodes.length === 1);
  expect(registry.status).toMatchObject({ state: 'synced' });
  await server.close();
  await until(() => registry.status.state === 'stale');
  await until(() => registry.status.reason?.includes('ECONNREFUSED') ?? false);
  expect(view.nodes).toEqual([node]);
  await expect(registry.register(node)).rejects.toMatchObject({ code: 'unavailable' });
  expect(problems.map(({ code }) => code)).toContain('unavailable');

  server = await createFakeApiServer({ port: Number(port) });
  await until(() => registry.status.state === 'synced');
  expect(registry.status).toMatchObject({ state: 'synced' });
});

test('is starting while the API server never answered, and says why once', async () => {
  await server.close();
  let attempts = 0;
  const watchPods: KubeClient['watchPods'] = (...args) =>
    client.watchPods(...args).finally(() => attempts++);
  const clock = createManualClock();
  const registry = connect({ client: { ...client, watchPods }, clock });
  const view = registry.watch();
  await until(() => {
    clock.advance(30_000);
    return attempts >= 5;
  });
  const reason = expect.stringMatching(/^watch pods in namespace micro: .*ECONNREFUSED/);
  expect(registry.status).toMatchObject({ state: 'starting', reason });
  expect(problems).toEqual([expect.objectContaining({ code: 'unavailable', message: reason })]);
  expect(view.nodes).toEqual([]);
});

test('says which Role is missing to watch and to register', async () => {
  server.access.token(user);
  const runner = createKubeClient(server.config(user));
  const registry = connect({ client: runner });
  registry.watch();
  await until(() => registry.status.reason !== undefined);
  expect(registry.status.reason).toMatch(
    /^ServiceAccount micro\/runner may not watch pods in namespace micro; this allows it:\n\napiVersion/,
  );
  await expect(registry.register(node)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(
      /^ServiceAccount micro\/runner may not patch pods in namespace micro.*kind: Role\n.*verbs: \["patch"\]/s,
    ),
  });
  runner.close();
});
