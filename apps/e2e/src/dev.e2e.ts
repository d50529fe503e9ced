import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workspaceRoot } from './command.ts';
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
  if (dev?.exitCode === null) {
    dev.kill('SIGINT');
    await once(dev, 'close');
  }
  await rm(copy, { recursive: true });
});

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

test('skaffold dev forwards api and web, and an edit of the greeting is heard within 6 s', async ({
  skip,
}) => {
  if ((await answers(`${api}/healthz`)) || (await answers(`${web}/healthz`)))
    return skip('something else answers on the ports 8080 or 8082 here');
  dev = spawn('skaffold', ['dev', '--cleanup=false', '--tail=false'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  dev.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
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
  const start = performance.now();
  await writeFile(file, text.replaceAll('Hello', 'Good morning'));
  await heard('Good morning John');
  const tookMs = performance.now() - start;
  await writeFile(file, text);
  await heard('Hello John');
  expect(tookMs).toBeLessThan(6_000);
});
