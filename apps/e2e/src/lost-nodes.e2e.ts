import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failures, ratePercent, sentence } from './figures.ts';
import { isReady, kubectl, namesOf, podsOf, restartsOf, settled } from './kubectl.ts';
import { type Load, startLoad } from './load.ts';
import { send, whyNoSignals } from './signal.ts';
import { until } from './until.ts';

let load: Load;
let noSignals: string | undefined;
let victim: string;

beforeAll(async () => {
  noSignals = await whyNoSignals();
  load = await startLoad();
});

afterAll(() => load?.[Symbol.asyncDispose]());

beforeEach(async () => {
  [victim = ''] = namesOf(await settled());
});

test('C1: no call fails while a process of greeter is killed', async ({ annotate, skip }) => {
  if (noSignals) return skip(noSignals);
  const start = Date.now();
  await send(`pod/micro/${victim}`, 'KILL');
  await until(`${victim} to be started again`, 30_000, async () => {
    const pod = (await podsOf('greeter')).find(({ metadata }) => metadata?.name === victim);
    return pod && isReady(pod) && restartsOf(pod) > 0;
  });
  const calls = await load.between(start, Date.now());
  await annotate(sentence(calls));
  expect(failures(calls)).toEqual([]);
});

test('no call fails while a pod of greeter is deleted without any grace', async ({ annotate }) => {
  const start = Date.now();
  await kubectl('delete', 'pod', victim, '--force', '--grace-period', '0');
  await settled();
  const calls = await load.between(start, Date.now());
  await annotate(sentence(calls));
  expect(failures(calls)).toEqual([]);
});

test('C3: no call fails while a process of greeter stands still, and in the third second nine of ten are answered', async ({
  annotate,
  skip,
}) => {
  if (noSignals) return skip(noSignals);
  await send(`pod/micro/${victim}`, 'STOP');
  const start = Date.now();
  try {
    await pause(30_000);
  } finally {
    await send(`pod/micro/${victim}`, 'CONT');
  }
  const end = start + 30_000;
  await settled();
  const calls = await load.between(start - 2_000, Date.now());
  const rates = Object.entries(calls).map(([path, over]) => {
    const seconds = [0, 1, 2].map((second) => start + second * 1_000);
    const percent = seconds.map((second) => ratePercent(over, second, second + 1_000));
    return { path, percent, later: ratePercent(over, start + 3_000, end) };
  });
  const words = rates.map(
    ({ path, percent, later }) => `${path} ${percent.join(', ')}, ${later} %`,
  );
  await annotate(`${sentence(calls)}; rates second by second, and later: ${words.join('; ')}`);
  expect(failures(calls)).toEqual([]);
  for (const { percent, later } of rates)
    expect(Math.min(percent.at(-1) ?? 0, later)).toBeGreaterThanOrEqual(90);
});
