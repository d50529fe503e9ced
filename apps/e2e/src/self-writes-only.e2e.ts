import { podsPath } from '@micro/kube';
import { openKubernetesRegistry } from '@micro/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allow } from './allow.ts';
import { createIdlePod, type IdlePod, idleIp } from './idle-pod.ts';
import { apply, kubectl } from './kubectl.ts';
import { enforced, label, policy, refusal } from './refusal.ts';
import { createToken, openAccess } from './token.ts';
import { until } from './until.ts';

const claimed = 'go.micro.srv.idle';
const selector = `micro.mu/selector-${claimed}`;
const wishes = {
  labels: { app: 'idle' },
  annotations: { 'micro.mu/claims': `${claimed}, topic:größe` },
};
let pod: IdlePod;
let other: IdlePod;

beforeAll(async () => {
  pod = await createIdlePod('idle', wishes);
  other = await createIdlePod('idle-other', wishes);
  await enforced(pod.client, 'idle');
});

afterAll(async () => {
  await pod?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  await kubectl('delete', 'serviceaccount', 'idle', '--ignore-not-found');
});

test('the API server finds no fault in the policy', async () => {
  const checked = await until('the policy to be checked', 30_000, async () => {
    const args = ['validatingadmissionpolicy', policy, '--output', 'json'];
    const { metadata, status } = JSON.parse(await kubectl('get', ...args));
    return status?.observedGeneration === metadata.generation && status;
  });
  expect(checked.typeChecking).toEqual({});
});

test('containers of a pod register what it claims, and withdraw it', async () => {
  const node = { id: 'idle', version: 'latest', address: `${idleIp}:9090`, metadata: {} };
  const nodes = [claimed, 'topic:größe'].map((service) => ({ ...node, service, endpoints: [] }));
  const before = await pod.metadata();
  const registries = await Promise.all(nodes.map(() => openKubernetesRegistry({ env: pod.env })));
  await Promise.all(registries.map((registry, at) => registry.register(nodes[at]!)));
  const { labels, annotations } = await pod.metadata();
  expect(labels).toEqual({
    app: 'idle',
    'micro.mu/type': 'service',
    [selector]: 'service',
    'micro.mu/selector-topic_gr____e': 'service',
  });
  expect(annotations?.['micro.mu/service-topic_gr____e']).toContain('"name":"topic:größe"');
  for (const [at, registry] of registries.entries()) await registry.deregister(nodes[at]!);
  const after = await pod.metadata();
  expect([after.labels, after.annotations]).toEqual([before.labels, before.annotations]);
  for (const registry of registries) await registry.close();
});

test('a pod on its way out withdraws, even what it does not claim', async () => {
  await using going = await createIdlePod('idle-going', {
    labels: { app: 'idle', 'micro.mu/selector-left': 'service', 'micro.mu/type': 'service' },
    annotations: { 'micro.mu/service-left': 'x'.repeat(40_000) },
    finalizers: ['micro.mu/test'],
  });
  await kubectl('delete', 'pod', 'idle-going', '--wait=false');
  const labels = { 'micro.mu/selector-left': null, 'micro.mu/type': null };
  const annotations = { 'micro.mu/service-left': null };
  try {
    const metadata = { labels, annotations };
    const left = await going.client.patch(podsPath('micro', 'idle-going'), { metadata });
    expect(left.metadata).toMatchObject({ deletionTimestamp: expect.any(String) });
    expect(left.metadata.labels).toEqual({ app: 'idle' });
  } finally {
    await kubectl('patch', 'pod', 'idle-going', '--patch', '{"metadata":{"finalizers":null}}');
  }
});

test('a pod without claims registers nothing', async () => {
  await using bare = await createIdlePod('idle-bare');
  expect(await refusal(bare.client, 'idle-bare', label(selector, 'service'))).toBe(
    `expected ${claimed} among the claims of pod idle-bare, got none; ` +
      'add it to the annotation micro.mu/claims in spec.template.metadata.annotations of the Deployment',
  );
});

const tokenOf = (name: string, uid: string, got: string) =>
  `expected the token of pod ${name} with uid ${uid}, got one ${got}; ` +
  'a pod may write to itself alone, with the token that the kubelet mounts';

test('a pod may not write to another, not even what that one claims or gives up', async () => {
  const says = tokenOf('idle-other', other.uid, `of pod idle with uid ${pod.uid}`);
  await other.client.patch(podsPath('micro', 'idle-other'), label(selector, 'service'));
  expect(await refusal(pod.client, 'idle-other', label('micro.mu/type', 'service'))).toBe(says);
  expect(await refusal(pod.client, 'idle-other', label(selector, null))).toBe(says);
});

test('a token that is bound to no pod writes to none', async () => {
  await using access = await openAccess(await createToken('micro-services'));
  expect(await refusal(access.client, 'idle', label('micro.mu/type', 'service'))).toBe(
    tokenOf('idle', pod.uid, 'bound to no pod'),
  );
});

test('a pod does not write to the one that has taken over its name', async () => {
  await using before = await createIdlePod('idle-again', wishes);
  // The API server believes a token for some seconds more once it has been used.
  await before.client.patch(podsPath('micro', 'idle-again'), label('micro.mu/type', 'service'));
  await kubectl('delete', 'pod', 'idle-again', '--grace-period', '0');
  await using after = await createIdlePod('idle-again', wishes);
  expect(await refusal(before.client, 'idle-again', label('micro.mu/type', 'service'))).toBe(
    tokenOf('idle-again', after.uid, `of pod idle-again with uid ${before.uid}`),
  );
});

test('an operator with the verb patch-others is let through', async () => {
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'idle' } });
  await using _ = await allow('idle', ['pods'], ['patch', 'patch-others']);
  await using access = await openAccess(await createToken('idle'));
  await until('idle-other to be labelled', 10_000, () =>
    access.client.patch(podsPath('micro', 'idle-other'), label('x', 'y')),
  );
});
