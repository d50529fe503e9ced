import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@micro/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Node } from '../registry.ts';
import type { PodRecord } from './pod-record.ts';
import { createSnapshotFiles } from './snapshot-files.ts';

const node = (id: string): Node => ({
  id,
  service: 'greeter',
  version: '1',
  address: '10.0.0.1:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [{ name: 'Say.Hello', request: null, response: null, metadata: {} }],
});
const pods = (records: Record<string, PodRecord>) => new Map(Object.entries(records));

let directory: string;
let file: string;
let problems: string[];
let clock: ReturnType<typeof createManualClock>;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'snapshot-')), 'made');
  file = join(directory, 'registry-micro.json');
  problems = [];
  clock = createManualClock();
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(join(directory, '..'), { recursive: true });
});

const open = (at = directory) =>
  createSnapshotFiles({ directory: at, onProblem: ({ message }) => problems.push(message), clock });

/** Keeps pods as a life before this one. */
async function keep(records: Record<string, PodRecord>): Promise<void> {
  const snapshot = open();
  snapshot.load('micro');
  snapshot.save('micro', pods(records));
  await snapshot.close();
}

test('shows the next life what was known, only what could be called', async () => {
  const several = [node('b'), node('c')];
  await keep({ one: node('a'), two: several, three: 'waiting', four: 'broken' });
  const known = open().load('micro');
  expect(known?.pods).toEqual([
    ['one', node('a')],
    ['two', several],
  ]);
  expect(Date.now() - Date.parse(known!.savedAt)).toBeLessThan(60_000);
  expect(problems).toEqual([]);
});

test('nodes that were read share what they say alike', async () => {
  await keep({ one: node('a'), two: node('b') });
  const [[, one], [, two]] = open().load('micro')!.pods as [[string, Node], [string, Node]];
  expect(one.endpoints).toBe(two.endpoints);
});

test('is for this user alone, and a namespace each', async () => {
  await keep({ one: node('a') });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['registry-micro.json']);
  expect(open().load('other')).toBeUndefined();
  expect(problems).toEqual([]);
});

test('writes a second after a change, and then no more than once in ten', async () => {
  const snapshot = open();
  snapshot.load('micro');
  const written = async () =>
    (await readFile(file, 'utf8').catch(() => '')).match(/"id\\":\\"(\w)/)?.[1];
  const until = async (id: string) => {
    while ((await written()) !== id) await new Promise(setImmediate);
  };
  snapshot.save('micro', pods({ one: node('a') }));
  clock.advance(1_000);
  await until('a');
  snapshot.save('micro', pods({ one: node('b') }));
  clock.advance(9_999);
  expect(await written()).toBe('a');
  clock.advance(1);
  await until('b');
  snapshot.save('micro', pods({ one: node('c') }));
  await snapshot.close();
  expect(await written()).toBe('c');
  expect(clock.waiting).toBe(0);
});

test('what is older than a day is not believed', async () => {
  await keep({ one: node('a') });
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 23 * 3_600_000);
  expect(open().load('micro')?.pods.length).toBe(1);
  vi.setSystemTime(Date.now() + 2 * 3_600_000);
  expect(open().load('micro')).toBeUndefined();
  expect(problems).toEqual([]);
});

const header = '{"savedAt":"2999-01-01T00:00:00Z","pods":';
test.each([
  ['', /JSON/],
  ['null', /expected savedAt and a list of pods/],
  ['{"savedAt":"yesterday","pods":[]}', /expected savedAt and a list of pods/],
  [`${header}{}}`, /expected savedAt and a list of pods/],
  [`${header}[7]}`, /expected a pod as its uid and records/],
  [`${header}[["u","{"]]}`, /JSON/],
  [
    `${header}[["u","{\\"name\\":\\"a\\",\\"nodes\\":[{\\"id\\":\\"1\\",\\"address\\":\\"evil.example:80\\"}]}"]]}`,
    /expected an IP address, got "evil.example:80"/,
  ],
  [' '.repeat(16 * 1024 * 1024 + 1), /expected at most 16777216 bytes/],
])('a file that makes no sense is passed over, and said so: %.60s', async (text, problem) => {
  await keep({});
  await writeFile(file, text);
  expect(open().load('micro')).toBeUndefined();
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(problems[0]).toContain(`could not read the snapshot ${file}`);
});

test.each([
  ['a file', () => writeFile(directory, 'a file'), () => directory],
  ['in a folder that is not there', async () => {}, () => join(directory, 'further')],
  ['where none can be made', async () => {}, () => '/proc/nope'],
])('a directory that is %s is said, and stops nothing', async (what, prepare, path) => {
  await prepare();
  const snapshot = open(path());
  expect(snapshot.load('micro')).toBeUndefined();
  for (let n = 0; n < 3; n++) {
    snapshot.save('micro', pods({ one: node('a') }));
    clock.advance(11_000);
  }
  await snapshot.close();
  expect(problems).toEqual([
    expect.stringContaining(`could not keep snapshots in ${path()}: `),
    expect.stringContaining(`could not write ${path()}/registry-micro.json`),
  ]);
  if (what === 'a file') expect(problems[0]).toContain('expected a directory, got a file');
});
