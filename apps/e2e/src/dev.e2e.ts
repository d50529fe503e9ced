import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, workspaceRoot } from './command.ts';
import { kubectl } from './kubectl.ts';
import { until } from './until.ts';

const api = 'http://127.0.0.1:8080';
const web = 'http://127.0.0.1:8082';
/** A copy of the sources, to be edited as by somebody who develops. */
let copy: string;
let dev: ChildProcess | undefined;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'micro-dev-'));
  const filter = (path: string) => !['node_modules', 'dist'].includes(basename(path));
  for (const name of ['apps', 'libs', 'k8s', 'skaffold.yaml', 'package.json', 'package-lock.json'])
    await cp(join(workspaceRoot, name), join(copy, name), { recursive: true, filter });
  await symlink(join(workspaceRoot, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(async () => {
  if (dev && interrupt(dev)) {
    await once(dev, 'close');
    await run('skaffold', ['run']);
  }
  await rm(copy, { recursive: true });
});

/** Does what Ctrl-C does: ends skaffold and the port-forwards it started. */
function interrupt({ pid, exitCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && process.kill(-pid, 'SIGINT');
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

test('skaffold dev forwards api and web, and an edit of the greeting is heard in seconds', async ({
  skip,
}) => {
  if ((await answers(`${api}/healthz`)) || (await answers(`${web}/healthz`)))
    return skip('something else answers on the ports 8080 or 8082 here');
  dev = spawn('skaffold', ['dev', '--cleanup=false', '--tail=false'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const left = dev;
  process.once('SIGTERM', () => process.exit(interrupt(left) ? 143 : 1));
  let said = '';
  dev.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // kind copies whole images into its node, which alone takes 2.5 s.
  const kind = (await kubectl('config', 'current-context')).startsWith('kind-');
  const heard = (greeting: string) =>
    until(`api to say ${greeting}`, 60_000, async () => {
      const signal = AbortSignal.timeout(1_000);
      const response = await fetch(`${api}/greeter/say/hello?name=John`, { signal });
      return (await response.text()) === JSON.stringify({ msg: greeting });
    });
  await until('skaffold to watch', 60_000, async () => said.includes('Watching for changes'));
  await heard('Hello John');
  await until('web', 10_000, () => answers(`${web}/healthz`));

  const file = join(copy, 'apps/greeter/src/say.ts');
  const text = await readFile(file, 'utf8');
  const greeting = `Good ${Date.now()}`; // Not one that an earlier run has built.
  const start = performance.now();
  await writeFile(file, text.replaceAll('Hello', greeting));
  await heard(`${greeting} John`);
  const seconds = (performance.now() - start) / 1_000;
  // Usual are 4.3 s; a busy machine takes 9 s.
  expect(seconds).toBeLessThan(kind ? 30 : 15);
});
