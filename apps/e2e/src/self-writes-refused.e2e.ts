import { afterAll, beforeAll, expect, test } from 'vitest';
import { allow } from './allow.ts';
import { createIdlePod, type IdlePod } from './idle-pod.ts';
import { kubectl } from './kubectl.ts';
import { annotation, enforced, label, refusal } from './refusal.ts';
import { until } from './until.ts';

const claimed = 'go.micro.srv.idle';
let pod: IdlePod;

beforeAll(async () => {
  const text = await kubectl('get', 'configmap', 'kube-root-ca.crt', '--output', 'json');
  const { name, uid } = JSON.parse(text).metadata;
  pod = await createIdlePod('idle', {
    labels: { app: 'idle' },
    annotations: { 'micro.mu/claims': claimed },
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }],
  });
  await enforced(pod.client, 'idle');
});

afterAll(() => pod?.[Symbol.asyncDispose]());

const replace = (path: string, value: unknown) => [{ op: 'replace', path, value }];
const changeOf = (what: string) =>
  'expected a change of labels micro.mu/type and micro.mu/selector-* and annotations micro.mu/service-* ' +
  `alone, got one of ${what}; what else a pod is, the template in its Deployment says`;
const claimOf = (what: string) =>
  `expected ${what} among the claims of pod idle, got ${claimed}; ` +
  'add it to the annotation micro.mu/claims in spec.template.metadata.annotations of the Deployment';

test.each<[what: string, patch: object, says: string]>([
  ['image', replace('/spec/containers/0/image', 'evil'), changeOf('spec.containers')],
  [
    'tolerations',
    [{ op: 'add', path: '/spec/tolerations/-', value: { operator: 'Exists' } }],
    changeOf('spec.tolerations'),
  ],
  ['deadline', { spec: { activeDeadlineSeconds: 1 } }, changeOf('spec.activeDeadlineSeconds')],
  ['finalizers', { metadata: { finalizers: ['a.b/c'] } }, changeOf('metadata.finalizers')],
  ['name for its like', { metadata: { generateName: 'x' } }, changeOf('metadata.generateName')],
  ['owner', { metadata: { ownerReferences: null } }, changeOf('metadata.ownerReferences')],
  ['app, changed', label('app', 'greeter'), changeOf('label app')],
  ['app, removed', label('app', null), changeOf('label app')],
  ['labels that are not for registering', label('micro.mu/x', 'y'), changeOf('label micro.mu/x')],
  ['annotations of others', annotation('x', 'y'), changeOf('annotation x')],
  [
    'claims, widened',
    annotation('micro.mu/claims', `${claimed},go.micro.web`),
    changeOf('annotation micro.mu/claims'),
  ],
  ['claims, removed', annotation('micro.mu/claims', null), changeOf('annotation micro.mu/claims')],
  [
    'services, by the label of one it does not claim',
    label(`micro.mu/selector-${claimed}.more`, 'service'),
    claimOf(`${claimed}.more`),
  ],
  [
    'services, by the record of one it does not claim',
    annotation('micro.mu/service-go.micro.web', '{}'),
    claimOf('go.micro.web'),
  ],
  [
    'type, to what readers do not know',
    label('micro.mu/type', 'web'),
    'expected labels to say service, got micro.mu/type=web; readers look for no other value',
  ],
  [
    'selector, to what readers do not know',
    label(`micro.mu/selector-${claimed}`, ''),
    `expected labels to say service, got micro.mu/selector-${claimed}=; readers look for no other value`,
  ],
  [
    'record, to more than 32 KiB',
    annotation(`micro.mu/service-${claimed}`, 'ü'.repeat(16_385)),
    `expected at most 32768 bytes in a record, got 32770 in micro.mu/service-${claimed}; ` +
      'register fewer endpoints or less metadata',
  ],
])('a pod may not change its %s', async (_, patch, says) => {
  expect(await refusal(pod.client, 'idle', patch)).toBe(says);
});

test.each(['status', 'ephemeralcontainers', 'resize'])(
  'a pod may not write to its %s, even with the permission to',
  async (subresource) => {
    await using _ = await allow('micro-services', [`pods/${subresource}`], ['patch']);
    const patch = label(`micro.mu/selector-${claimed}`, 'service');
    const says = `expected a write to pods, got one to pods/${subresource}; a pod may register and withdraw alone`;
    await until('a refusal by the policy', 10_000, async () => {
      return (await refusal(pod.client, `idle/${subresource}`, patch)) === says;
    });
  },
);
