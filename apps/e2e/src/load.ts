import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Call, Line, Path } from '../load/src/call.ts';
import { run, workspaceRoot } from './command.ts';
import { kubectl } from './kubectl.ts';
import { loadPod, programOf } from './load-pod.ts';
import { until } from './until.ts';

/** A pod that greets 200 times a second through api, and as often by a client of its own. */
export interface Load extends AsyncDisposable {
  /** Waits for the end of all calls that were due from `start` to `end`, as `Date.now()` says it. */
  between(start: number, end: number): Promise<Calls>;
}

/** What became of calls, in the order in which they ended. */
export type Calls = Readonly<Record<Path, readonly Call[]>>;

/** Starts the program in `apps/e2e/load`, and waits for the first of its calls to end. */
export async function startLoad(): Promise<Load> {
  const folder = 'apps/e2e/load';
  await run(process.execPath, ['libs/workspace/src/bundle.ts', folder]);
  const bundle = await readFile(join(workspaceRoot, folder, 'dist/bundle/main.cjs'));
  const objects = [programOf(await promisify(gzip)(bundle)), loadPod(await imageOfApi())];
  await remove();
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  // Not applied, which would write all of it into an annotation, too.
  await run('kubectl', ['--namespace', 'micro', 'create', '--filename', '-'], {
    input: JSON.stringify(list),
  });
  await until('a call to end over each path', 60_000, async () => (await endedUntil()) > 0);
  return {
    async between(start, end) {
      await until('every call to end', 60_000, async () => (await endedUntil()) >= end);
      const lines = await read();
      const over = (path: Path): readonly Call[] =>
        lines
          .filter((line) => line.path === path)
          .flatMap(({ calls }) => calls)
          .filter(([dueAt]) => start <= dueAt && dueAt < end);
      return { api: over('api'), direct: over('direct') };
    },
    [Symbol.asyncDispose]: remove,
  };
}

async function remove(): Promise<void> {
  const args = ['--ignore-not-found', '--grace-period', '1'];
  await kubectl('delete', 'pod,configmap', 'load', ...args);
}

async function imageOfApi(): Promise<string> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}';
  return await kubectl('get', 'deployment', 'api', '--output', path);
}

/** Of calls over either path that were due before this, it is known what became of them; 0 before the first. */
async function endedUntil(): Promise<number> {
  const last = await read('--tail', '200');
  const ended = (path: Path): number => last.findLast((line) => line.path === path)?.ended ?? 0;
  return Math.min(ended('api'), ended('direct'));
}

async function read(...args: string[]): Promise<Line[]> {
  const text = await kubectl('logs', 'load', ...args);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
