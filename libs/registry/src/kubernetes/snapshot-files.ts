import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type Clock, systemClock } from '@micro/kube';
import { splitAddress } from '../node.ts';
import { encodeRecord } from '../record.ts';
import { RegistryError } from '../registry.ts';
import { compact, nodesOf, type PodRecord } from './pod-record.ts';
import { createRecordReader } from './record-reader.ts';
import type { Known, Snapshot } from './snapshot.ts';

/** What is older is not believed: by then others may have the addresses. */
const maxAgeMs = 24 * 3_600_000;
/** Some 15 000 nodes. */
const maxBytes = 16 * 1024 * 1024;
const podsAtOnce = 200;
/** Changes come in flocks. */
const settleMs = 1_000;
const pauseMs = 10_000;

export interface SnapshotFilesOptions {
  /**
   * Where the files are; made if it is not there, but not what it is in. In a pod an emptyDir, which
   * outlives a container.
   */
  readonly directory: string;
  /** Told of a file that can't be read or written, which stops nothing. */
  readonly onProblem: (problem: RegistryError) => void;
  readonly clock?: Clock;
}

/** Creates a snapshot of one file a namespace, `registry-<namespace>.json`, for this user alone. */
export function createSnapshotFiles(options: SnapshotFilesOptions): Snapshot {
  const { directory, onProblem, clock = systemClock } = options;
  const files = new Map<string, SnapshotFile>();
  const report = (what: string) => (cause: unknown) => {
    const { message } = cause as Error;
    onProblem(new RegistryError('refused', `could not ${what}: ${message}`, { cause }));
  };
  const pathOf = (namespace: string): string => join(directory, `registry-${namespace}.json`);

  return {
    load(namespace) {
      const path = pathOf(namespace);
      try {
        openDirectory(directory);
      } catch (error) {
        report(`keep snapshots in ${directory}`)(error);
        return undefined;
      }
      try {
        return readKnown(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          report(`read the snapshot ${path}`)(error);
        return undefined;
      }
    },
    save(namespace, pods) {
      const path = pathOf(namespace);
      const file = files.get(namespace) ?? createSnapshotFile(path, clock, report(`write ${path}`));
      files.set(namespace, file);
      file.save(pods);
    },
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}

/** @throws Error if it is none that can be written to. */
function openDirectory(path: string): void {
  try {
    // Not `recursive`, which never returns where a parent can't be made, as in /proc.
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!statSync(path).isDirectory()) throw new TypeError('expected a directory, got a file');
  accessSync(path, constants.W_OK);
}

interface SnapshotFile {
  save(pods: ReadonlyMap<string, PodRecord>): void;
  close(): Promise<void>;
}

function createSnapshotFile(
  path: string,
  clock: Clock,
  onError: (error: unknown) => void,
): SnapshotFile {
  let due: ReadonlyMap<string, PodRecord> | undefined;
  let cancel: (() => void) | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let writing = Promise.resolve();
  let failing = false;

  /** Said once for as long as it lasts. */
  const fail = (error: unknown): void => {
    if (!failing) onError(error);
    failing = true;
  };
  const write = (): void => {
    cancel = undefined;
    lastAt = clock.now();
    const pods = due;
    due = undefined;
    if (!pods) return;
    writing = writing
      .then(() => writeKnown(path, pods))
      .then(() => {
        failing = false;
      }, fail);
  };

  return {
    save(pods) {
      due = pods;
      const pause = lastAt + pauseMs - clock.now();
      cancel ??= clock.after(Math.max(settleMs, pause), write);
    },
    async close() {
      cancel?.();
      write();
      await writing;
    },
  };
}

async function writeKnown(path: string, pods: ReadonlyMap<string, PodRecord>): Promise<void> {
  // Loaded now, for a start has no use for it.
  const { rename, writeFile } = await import('node:fs/promises');
  // Whoever is killed while writing leaves the file before this one as it is.
  await writeFile(`${path}.new`, textOf([...pods]), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The file in parts: all of it at once would keep the process from anything else for too long. */
async function* textOf(pods: readonly (readonly [string, PodRecord])[]): AsyncGenerator<string> {
  let length = 0;
  let comma = '';
  yield `{"savedAt":${JSON.stringify(new Date().toISOString())},"pods":[`;
  for (let at = 0; at < pods.length; at += podsAtOnce) {
    const entries = pods.slice(at, at + podsAtOnce).flatMap(([uid, record]) => {
      const records = nodesOf(record).map(encodeRecord);
      return records.length === 0 ? [] : [JSON.stringify([uid, ...records])];
    });
    if (entries.length === 0) continue;
    const text = comma + entries.join(',');
    comma = ',';
    length += text.length;
    if (length > maxBytes) throw new RangeError(`expected at most ${maxBytes} bytes, got more`);
    yield text;
  }
  yield ']}';
}

/** @throws Error saying what is wrong. A life before this one wrote it, or somebody else. */
function readKnown(path: string): Known | undefined {
  const { size } = statSync(path);
  if (size > maxBytes) throw new RangeError(`expected at most ${maxBytes} bytes, got ${size}`);
  const { savedAt, pods } =
    (JSON.parse(readFileSync(path, 'utf8')) as Partial<Known> | undefined) ?? {};
  const ageMs = Date.now() - Date.parse(String(savedAt));
  if (Number.isNaN(ageMs) || !Array.isArray(pods))
    throw new TypeError('expected savedAt and a list of pods');
  return ageMs > maxAgeMs
    ? undefined
    : { savedAt: String(savedAt), pods: pods.map(createParser()) };
}

function createParser(): (entry: unknown) => readonly [uid: string, record: PodRecord] {
  const readRecord = createRecordReader();
  return (entry) => {
    if (!Array.isArray(entry) || !entry.every((text) => typeof text === 'string'))
      throw new TypeError('expected a pod as its uid and records');
    const [uid = '', ...records] = entry;
    const nodes = records.flatMap(readRecord);
    for (const { address } of nodes)
      if (isIP(splitAddress(address)?.host ?? '') === 0)
        throw new TypeError(`expected an IP address, got ${JSON.stringify(address)}`);
    return [uid, compact(nodes)];
  };
}
