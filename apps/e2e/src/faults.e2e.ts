import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, startCaller } from './caller.ts';
import { isReady, kubectl, namesOf, podsOf, settled } from './kubectl.ts';
import { send, whyNoSignals } from './signal.ts';
import { until } from './until.ts';

let caller: Caller;
let noSignals: string | undefined;

beforeAll(async () => {
  noSignals = await whyNoSignals();
  caller = await startCaller();
});

afterAll(() => caller?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await settled();
});

test.each(['greeter', 'api'])('no call fails while every pod of %s is replaced', async (app) => {
  const { failed } = await caller.more(100);
  await kubectl('rollout', 'restart', `deployment/${app}`);
  await kubectl('rollout', 'status', `deployment/${app}`, '--timeout', '60s');
  const after = await caller.more(500);
  expect(after.failed, after.lastFailure).toBe(failed);
});

test('no call fails while a pod of greeter is killed', async ({ skip }) => {
  if (noSignals) return skip(noSignals);
  const [victim = ''] = namesOf(await podsOf('greeter'));
  const { failed } = await caller.more(100);
  await send(`pod/micro/${victim}`, 'KILL');
  await until(`${victim} to be started again`, 30_000, async () => {
    const pod = (await podsOf('greeter')).find(({ metadata }) => metadata?.name === victim);
    return pod && isReady(pod) && (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
  });
  const after = await caller.more(100);
  expect(after.failed, after.lastFailure).toBe(failed);
});

test('calls go on while the API server stands still', async ({ skip }) => {
  if (noSignals) return skip(noSignals);
  const { failed } = await caller.more(100);
  await send('apiserver', 'STOP');
  try {
    await pause(5_000);
  } finally {
    await send('apiserver', 'CONT');
  }
  const after = await caller.more(100);
  expect(after.failed, after.lastFailure).toBe(failed);
  expect(after.longestSilenceMs).toBeLessThan(2_500);
});
