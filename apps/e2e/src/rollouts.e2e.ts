import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failures, sentence } from './figures.ts';
import { isReady, kubectl, namesOf, podsOf, restart, settled } from './kubectl.ts';
import { type Load, startLoad } from './load.ts';
import { annotation } from './refusal.ts';
import { until } from './until.ts';

/** For 8 000 calls over each path. */
const longEnoughMs = 41_000;

let load: Load;

beforeAll(async () => {
  load = await startLoad();
});

afterAll(() => load?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await settled();
});

test('L11: no call fails while three replicas of greeter are replaced three times', async ({
  annotate,
}) => {
  await kubectl('scale', 'deployment/greeter', '--replicas', '3');
  try {
    await settled(3);
    const start = Date.now();
    for (let times = 0; times < 3; times++) await restart('greeter');
    const end = Math.max(Date.now(), start + longEnoughMs);
    await pause(end - Date.now());
    const calls = await load.between(start, end);
    await annotate(sentence(calls));
    expect(Math.min(calls.api.length, calls.direct.length)).toBeGreaterThanOrEqual(8_000);
    expect(failures(calls)).toEqual([]);
  } finally {
    await kubectl('scale', 'deployment/greeter', '--replicas', '2');
  }
});

test('no call fails while every pod of api is replaced', async ({ annotate }) => {
  const start = Date.now();
  await restart('api');
  // The old one has left when its grace period is over at the latest.
  await until('one pod of api', 60_000, async () => {
    const text = await kubectl('get', 'pods', '--selector', 'app=api', '--output', 'name');
    return text.trim().split('\n').length === 1;
  });
  const calls = await load.between(start, Date.now());
  await annotate(sentence(calls));
  expect(failures(calls)).toEqual([]);
});

test('L12: a version that never gets ready says why, and the old pods go on answering', async ({
  annotate,
}) => {
  const before = namesOf(await settled());
  const start = Date.now();
  await claim('go.micro.srv.other');
  try {
    const fresh = await until('a new greeter pod', 30_000, async () => {
      return namesOf(await podsOf('greeter')).find((name) => !before.includes(name));
    });
    const said = `expected go.micro.srv.greeter among the claims of pod ${fresh}, got go.micro.srv.other`;
    await until('the reason in its log and on its port', 60_000, async () => {
      return (
        (await kubectl('logs', fresh)).includes(said) && (await whyNotReady(fresh)).includes(said)
      );
    });
    await expect(restarted()).rejects.toThrow(/timed out/);
    const pods = await podsOf('greeter');
    expect(namesOf(pods.filter(isReady)).sort()).toEqual(before.sort());
  } finally {
    await claim('go.micro.srv.greeter');
    await settled();
  }
  const calls = await load.between(start, Date.now());
  await annotate(sentence(calls));
  expect(failures(calls)).toEqual([]);
});

/** Gives greeter's pods another claim, and so replaces them; what they don't claim they may not register. */
async function claim(service: string): Promise<void> {
  const patch = JSON.stringify({ spec: { template: annotation('micro.mu/claims', service) } });
  await kubectl('patch', 'deployment', 'greeter', '--patch', patch);
}

/** Whether a rollout has ended; one that has not is waited for a while. */
async function restarted(): Promise<string> {
  return await kubectl('rollout', 'status', 'deployment/greeter', '--timeout', '5s');
}

async function whyNotReady(pod: string): Promise<string> {
  const ask = `fetch('http://localhost:9091/readyz').then((a) => a.text()).then(console.log)`;
  return await kubectl('exec', pod, '--', '/nodejs/bin/node', '--eval', ask);
}
