import { setTimeout as pause } from 'node:timers/promises';
import type { V1LeaseList } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failures, figuresOf, sentence } from './figures.ts';
import { isReady, kubectl, namesOf, podsOf, restartsOf, settled } from './kubectl.ts';
import { type Load, startLoad } from './load.ts';
import { findNodePort } from './node-port.ts';
import { knowledgeOf } from './pod-log.ts';
import { findPodNetwork } from './pod-network.ts';
import { send, whyNoSignals } from './signal.ts';
import { until } from './until.ts';
import { nodesShown } from './web.ts';

let load: Load;
let noSignals: string | undefined;

beforeAll(async () => {
  noSignals = await whyNoSignals();
  load = await startLoad();
});

afterAll(() => load?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await settled();
});

test('R2: while the API server stands still for a minute no call fails, none is slow, and who starts knows the others', async ({
  annotate,
  skip,
}) => {
  if (noSignals) return skip(noSignals);
  const before = (await podsOf('web'))[0]!;
  const name = before.metadata?.name ?? '';
  const greeters = (await podsOf('greeter')).map(({ status }) => status?.podIP ?? '');
  const web = await findNodePort(30003);
  const kept = `require('node:fs').readFileSync('/var/run/micro/registry-micro.json', 'utf8')`;
  await until('both greeters in the snapshot', 30_000, async () => {
    const text = await kubectl('exec', name, '--', '/nodejs/bin/node', '--print', kept);
    return greeters.every((address) => text.includes(address));
  });

  // In this order, for where a pod runs is asked of the API server; the kubelet needs a second.
  await send(`pod/micro/${name}`, 'KILL');
  await send('apiserver', 'STOP');
  const start = Date.now();
  const end = start + 60_000;
  try {
    if (web)
      await until('web to show both greeters', 30_000, async () => {
        return (await nodesShown(web, 'go.micro.srv.greeter')).length === 2;
      });
    await pause(end - Date.now());
  } finally {
    await send('apiserver', 'CONT');
  }
  await heardAgain(end);
  const calls = await load.between(start, end);
  await annotate(sentence(calls));
  expect(failures(calls)).toEqual([]);
  for (const over of Object.values(calls)) expect(figuresOf(over).slowestMs).toBeLessThan(1_000);

  await until(`${name} to be ready again`, 30_000, async () => {
    const [pod] = await podsOf('web');
    return pod && isReady(pod) && restartsOf(pod) > restartsOf(before);
  });
  const heard = await until('it to hear the API server', 30_000, async () => {
    return (await knowledgeOf(name)).find(({ state }) => state === 'synced');
  });
  expect(heard.at).toBeGreaterThan(end - 1_000);
  const [begun] = await knowledgeOf(name);
  expect(begun).toMatchObject({ state: 'stale', nodes: expect.toSatisfy((nodes) => nodes >= 2) });
  expect(begun!.at).toBeLessThan(start + 30_000);
});

test('R30: a caller that alone is cut off from the API server goes on, and avoids a node that is gone', async ({
  annotate,
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
    const start = Date.now();
    await kubectl('delete', 'pod', victim, '--grace-period', '0', '--force');
    await settled();
    await knows('stale');
    const calls = await load.between(start, Date.now());
    await annotate(sentence(calls));
    expect(failures(calls)).toEqual([]);
  }
  await knows('synced');
});

/** Waits until the API server has heard of each node since; until then it takes it, and so its pods, for lost. */
async function heardAgain(since: number): Promise<void> {
  await until('every node to be heard', 60_000, async () => {
    const args = ['--namespace', 'kube-node-lease', '--output', 'json'];
    const leases: V1LeaseList = JSON.parse(await kubectl('get', 'leases', ...args));
    return leases.items.every(({ spec }) => Date.parse(String(spec?.renewTime)) > since);
  });
}
