import { setTimeout as pause } from 'node:timers/promises';
import type { V1LeaseList } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, startCaller } from './caller.ts';
import { isReady, kubectl, namesOf, podsOf, restartsOf, settled } from './kubectl.ts';
import { knowledgeOf } from './pod-log.ts';
import { findPodNetwork } from './pod-network.ts';
import { send, whyNoSignals } from './signal.ts';
import { until } from './until.ts';

let caller: Caller;
let noSignals: string | undefined;

beforeAll(async () => {
  noSignals = await whyNoSignals();
  caller = await startCaller();
});

afterAll(() => caller?.[Symbol.asyncDispose]());

/** What came of calls before is not a test's own. */
beforeEach(async () => {
  await settled();
  await caller.more(100);
});

test.each(['greeter', 'api'])('no call fails while every pod of %s is replaced', async (app) => {
  await kubectl('rollout', 'restart', `deployment/${app}`);
  await kubectl('rollout', 'status', `deployment/${app}`, '--timeout', '60s');
  const { failed, lastFailure } = await caller.more(500);
  expect(failed, lastFailure).toBe(0);
});

test('no call fails while a pod of greeter is killed', async ({ skip }) => {
  if (noSignals) return skip(noSignals);
  const [victim = ''] = namesOf(await podsOf('greeter'));
  await send(`pod/micro/${victim}`, 'KILL');
  await until(`${victim} to be started again`, 30_000, async () => {
    const pod = (await podsOf('greeter')).find(({ metadata }) => metadata?.name === victim);
    return pod && isReady(pod) && restartsOf(pod) > 0;
  });
  const { failed, lastFailure } = await caller.more(100);
  expect(failed, lastFailure).toBe(0);
});

test('R2: while the API server stands still for a minute no call fails, and none is slow', async ({
  skip,
}) => {
  if (noSignals) return skip(noSignals);
  await send('apiserver', 'STOP');
  const start = Date.now();
  try {
    await pause(60_000);
  } finally {
    await send('apiserver', 'CONT');
  }
  const end = start + 60_000;
  // By then the node is taken for lost, and its pods are not Ready until it has been heard again.
  await until('every node to be heard', 60_000, async () => {
    const text = await kubectl(
      'get',
      'leases',
      '--namespace',
      'kube-node-lease',
      '--output',
      'json',
    );
    const leases: V1LeaseList = JSON.parse(text);
    return leases.items.every(({ spec }) => Date.parse(String(spec?.renewTime)) > end);
  });
  const meanwhile = await caller.between(start, end);
  expect(meanwhile.answered).toBeGreaterThan(2_900);
  expect(meanwhile.slowestMs).toBeLessThan(1_000);
  const { failed, lastFailure } = await caller.more(500);
  expect(failed, lastFailure).toBe(0);
});

test('R2: api that ends while the API server stands still begins again with what it knew', async ({
  skip,
}) => {
  if (noSignals) return skip(noSignals);
  const before = (await podsOf('api'))[0]!;
  const name = before.metadata?.name ?? '';
  const greeters = (await podsOf('greeter')).map(({ status }) => status?.podIP ?? '');
  const kept = `require('node:fs').readFileSync('/var/run/micro/registry-micro.json', 'utf8')`;
  await until('both greeters in the snapshot', 30_000, async () => {
    const text = await kubectl('exec', name, '--', '/nodejs/bin/node', '--print', kept);
    return greeters.every((address) => text.includes(address));
  });

  // In this order, for where a pod runs is asked of the API server; the kubelet needs a second.
  await send(`pod/micro/${name}`, 'KILL');
  await send('apiserver', 'STOP');
  try {
    await pause(15_000);
  } finally {
    await send('apiserver', 'CONT');
  }
  const { status } = await until(`${name} to be ready again`, 30_000, async () => {
    const [pod] = await podsOf('api');
    return pod && isReady(pod) && restartsOf(pod) > restartsOf(before) && pod;
  });
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const readyAt = Date.parse(String(ready?.lastTransitionTime));
  const [begun, heard] = await until('it to hear the API server', 30_000, async () => {
    const knowledge = await knowledgeOf(name);
    return knowledge.length > 1 && knowledge;
  });
  expect(begun).toMatchObject({ state: 'stale', nodes: expect.toSatisfy((nodes) => nodes >= 2) });
  expect(heard).toMatchObject({ state: 'synced' });
  expect(heard!.at - readyAt).toBeGreaterThan(5_000);
  const { lastFailure } = await caller.more(100);
  expect(Date.parse(lastFailure.split(' ')[0] ?? '')).toBeLessThan(readyAt + 2_000);
});

test('R30: a caller that alone is cut off from the API server goes on, and avoids a node that is gone', async ({
  skip,
}) => {
  const pod = (await podsOf('api'))[0]!;
  const name = pod.metadata?.name ?? '';
  const network = await findPodNetwork(pod);
  if (typeof network === 'string') return skip(network);
  const address = ['--namespace', 'default', '--output', 'jsonpath={.spec.clusterIP}'];
  const server = await kubectl('get', 'service', 'kubernetes', ...address);
  const [victim = ''] = namesOf(await podsOf('greeter'));
  const since = (await knowledgeOf(name)).length;
  const knows = (state: string) =>
    until(`${name} to be ${state}`, 60_000, async () => {
      const last = (await knowledgeOf(name)).slice(since).at(-1);
      return last?.state === state;
    });
  {
    await using _ = await network.cutOff(server);
    await kubectl('delete', 'pod', victim, '--grace-period', '0', '--force');
    await settled();
    await knows('stale');
    const { failed, lastFailure } = await caller.more(500);
    expect(failed, lastFailure).toBe(0);
  }
  await knows('synced');
});
