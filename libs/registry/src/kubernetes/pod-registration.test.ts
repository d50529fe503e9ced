import { createKubeClient, type KubeClient, podsPath } from '@micro/kube';
import {
  createFakeApiServer,
  createManualClock,
  createPodDriver,
  type FakeApiServer,
  type PodDriver,
} from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Node } from '../registry.ts';
import type { PodIdentity } from './pod-identity.ts';
import { createPodRegistration } from './pod-registration.ts';

const pod: PodIdentity = { name: 'greeter-1', namespace: 'micro', ip: '10.244.0.7' };
const node: Node = {
  id: 'greeter-1',
  service: 'greeter',
  version: 'latest',
  address: '10.244.0.7:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [],
};
let server: FakeApiServer;
let client: KubeClient;
let pods: PodDriver;

beforeEach(async () => {
  server = await createFakeApiServer();
  client = createKubeClient(server.config());
  pods = createPodDriver(client.request, 'micro');
  await pods.create('greeter-1');
});
afterEach(async () => {
  client.close();
  await server.close();
});

const create = (own = pod, through = client, clock = createManualClock()) =>
  createPodRegistration({
    client: through,
    pod: own,
    onWrite: () => {},
    onProblem: () => {},
    clock,
    random: () => 0,
  });
const stored = () => server.pods.get('micro', 'greeter-1').metadata;
const writes = () => server.requests.filter(({ verb }) => verb === 'patch');

test('registers with one patch in the words of go-micro', async () => {
  await create().register(node);
  expect(writes().length).toBe(1);
  const { text, contentType, query } = writes()[0]!;
  expect(contentType).toBe('application/merge-patch+json');
  expect(query.toString()).toBe('fieldManager=micro-registry');
  expect(text).toBe(
    '{"metadata":{"labels":{"micro.mu/type":"service","micro.mu/selector-greeter":"service"},' +
      '"annotations":{"micro.mu/service-greeter":"{\\"name\\":\\"greeter\\",\\"version\\":\\"latest\\",' +
      '\\"metadata\\":null,\\"endpoints\\":[],\\"nodes\\":[{\\"id\\":\\"greeter-1\\",' +
      '\\"address\\":\\"10.244.0.7:9090\\",\\"metadata\\":{\\"protocol\\":\\"grpc\\"}}]}"}}}',
  );
});

test('writes the pod’s IP for who listens on every interface', async () => {
  for (const address of ['0.0.0.0:9090', '[::]:9090']) {
    await create().register({ ...node, address });
    const written = stored().annotations!['micro.mu/service-greeter']!;
    expect(JSON.parse(written).nodes[0].address).toBe('10.244.0.7:9090');
  }
});

test('withdraws with nulls, the type label with the last service', async () => {
  const registry = create();
  const clock = { ...node, service: 'clock' };
  await registry.register(node);
  await registry.register(clock);
  await registry.deregister(node);
  expect(stored()).toMatchObject({
    labels: { 'micro.mu/type': 'service', 'micro.mu/selector-clock': 'service' },
    annotations: { 'micro.mu/service-clock': expect.any(String) },
  });
  await registry.deregister(clock);
  const { labels, annotations } = stored();
  expect([labels, annotations]).toEqual([undefined, undefined]);
  expect(writes().at(-1)!.text).toBe(
    '{"metadata":{"labels":{"micro.mu/type":null,"micro.mu/selector-clock":null},' +
      '"annotations":{"micro.mu/service-clock":null}}}',
  );
  expect(writes().length).toBe(4);
});

test('two services that leave at once leave no label behind', async () => {
  const registry = create();
  const clock = { ...node, service: 'clock' };
  await Promise.all([registry.register(node), registry.register(clock)]);
  await Promise.all([registry.deregister(node), registry.deregister(clock)]);
  expect(stored().labels).toBeUndefined();
});

test('no withdrawal overtakes the registration before it', async () => {
  const arrived = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const slow: KubeClient = {
    ...client,
    async patch(...args) {
      arrived.resolve();
      await mayGoOn.promise;
      return client.patch(...args);
    },
  };
  const registry = create(pod, slow);
  const registering = registry.register(node);
  await arrived.promise;
  slow.patch = client.patch;
  const withdrawing = registry.deregister(node);
  await pods.setMetadata('greeter-1', { labels: { time: 'passes' } });
  mayGoOn.resolve();
  await Promise.all([registering, withdrawing]);
  expect(stored().labels).toEqual({ time: 'passes' });
});

test('leaves the type label to another container of the pod', async () => {
  const [one, two] = [create(), create()];
  const clock = { ...node, service: 'clock' };
  await one.register(node);
  await two.register(clock);
  await one.deregister(node);
  expect(stored().labels).toEqual({
    'micro.mu/type': 'service',
    'micro.mu/selector-clock': 'service',
  });
  await two.deregister(clock);
  expect(stored().labels).toBeUndefined();
});

test('leaves no type label where another container leaves at the same time', async () => {
  const clock = { ...node, service: 'clock' };
  const two = create();
  const overtaken: KubeClient = {
    ...client,
    async patch(path, patch, options) {
      const putsBack =
        JSON.stringify(patch) === '{"metadata":{"labels":{"micro.mu/type":"service"}}}';
      if (putsBack) await two.deregister(clock);
      return client.patch(path, patch, options);
    },
  };
  const one = create(pod, overtaken);
  await one.register(node);
  await two.register(clock);
  await one.deregister(node);
  expect(writes().length).toBe(6);
  expect(stored().labels).toBeUndefined();
});

test('a repair that fails while the last service is withdrawn is not made up for', async () => {
  const clock = createManualClock();
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()];
  let patches = 0;
  const patch: KubeClient['patch'] = (...args) => {
    if (++patches !== 2) return client.patch(...args);
    begun.resolve();
    return over.promise;
  };
  const registry = create(pod, { ...client, patch }, clock);
  await registry.register(node);
  registry.observe(undefined);
  clock.advance(11_000);
  await begun.promise;
  const withdrawing = registry.deregister(node);
  over.reject(new Error('away'));
  await withdrawing;
  clock.advance(60_000);
  // Whatever it had begun to write would be there before these are answered.
  for (let n = 0; n < 3; n++) await client.request('GET', podsPath('micro', 'greeter-1'));
  expect(patches).toBe(3);
  expect(stored().labels ?? {}).toEqual({});
});

test('withdraws what a life before this one has left', async () => {
  await create().register(node);
  await create().deregister(node);
  const { labels, annotations } = stored();
  expect([labels, annotations]).toEqual([undefined, undefined]);
});

test('R27: a pod that is gone is withdrawn, and told apart from one that refuses', async () => {
  const registry = create();
  await registry.register(node);
  await pods.delete('greeter-1');
  await registry.deregister(node);
  await expect(registry.register(node)).rejects.toMatchObject({
    code: 'gone',
    message:
      'expected this pod to be greeter-1 in namespace micro, there is none; ' +
      'set POD_NAME from metadata.name and POD_NAMESPACE from metadata.namespace',
  });
});

test('R27: does not write to a pod that has taken over the name', async () => {
  const registry = create({ ...pod, uid: 'before' });
  await expect(registry.register(node)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('metadata.uid'),
  });
  const { uid } = stored();
  await create({ ...pod, uid }).register(node);
  expect(stored().labels).toMatchObject({ 'micro.mu/type': 'service' });
});

test.each([
  [
    { address: '127.0.0.1:9090' },
    /expected the address of greeter-1 on the pod's own IP 10\.244\.0\.7, got 127\.0\.0\.1:9090/,
  ],
  [{ service: 'a'.repeat(55) }, /at most 54 bytes/],
  [{ service: 'greeter:' }, /ends in a letter or digit/],
])('refuses what no caller could use: %j', async (changes, message) => {
  await expect(create().register({ ...node, ...changes })).rejects.toThrow(message);
  expect(writes()).toEqual([]);
});

test('refuses a second service whose name is the same as a label', async () => {
  const registry = create();
  await registry.register({ ...node, service: 'topic:a' });
  const alike = { ...node, service: 'topic_a' };
  await expect(registry.register(alike)).rejects.toThrow(
    'expected service names that differ as labels, got topic:a and topic_a',
  );
  await registry.deregister(alike);
  expect(stored().labels).toMatchObject({ 'micro.mu/selector-topic_a': 'service' });
});

test('R27: a record that is too large is refused before it is sent, and what is largest in it named', async () => {
  const endpoint = (name: string, length: number) => ({
    name,
    request: { name: 'x'.repeat(length), type: 'string', values: [] },
    response: null,
    metadata: {},
  });
  const endpoints = [endpoint('Say.Small', 10), endpoint('Say.Large', 32_768)];
  await expect(create().register({ ...node, endpoints })).rejects.toThrow(
    /expected the record of greeter to have at most 32768 bytes, got 33\d{3}; the largest part is endpoint Say.Large with 328\d\d/,
  );
  expect(writes()).toEqual([]);
});
