import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workspaceRoot } from './packages.ts';

let root: string;

/** A workspace with one app, and a docker that writes down what it is told. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'image-'));
  await mkdir(join(root, 'apps/hello/src'), { recursive: true });
  await writeFile(join(root, 'apps/hello/src/main.ts'), 'console.log("hello")');
  const told = `#!${process.execPath}
    require('node:fs').writeFileSync(${JSON.stringify(join(root, 'told'))}, JSON.stringify(process.argv.slice(2)));
    process.exit(Number(process.env.DOCKER_ENDS_WITH ?? 0));`;
  await writeFile(join(root, 'docker'), told, { mode: 0o755 });
});

afterAll(() => rm(root, { recursive: true }));

/** Runs the builder the way skaffold does. */
function build(
  app: string[],
  env: Record<string, string>,
): { status: number | null; said: string } {
  const tsx = join(workspaceRoot, 'node_modules/.bin/tsx');
  const { status, stderr } = spawnSync(tsx, [join(import.meta.dirname, 'build-image.ts'), ...app], {
    env: { PATH: `${root}:${process.env['PATH']}`, BUILD_CONTEXT: root, ...env },
    encoding: 'utf8',
  });
  return { status, said: stderr };
}

async function told(): Promise<string[]> {
  return JSON.parse(await readFile(join(root, 'told'), 'utf8'));
}

const image = 'localhost:5000/hello:1f0c';

test.each([
  ['true', '', ['--push']],
  ['false', 'linux/arm64', ['--platform', 'linux/arm64', '--load']],
  ['true', 'linux/amd64,linux/arm64', ['--platform', 'linux/amd64,linux/arm64', '--push']],
])('with PUSH_IMAGE=%s and PLATFORMS=%s docker is told %j', async (push, platforms, want) => {
  const env = { IMAGE: image, PUSH_IMAGE: push, PLATFORMS: platforms };
  expect(build(['hello'], env)).toEqual({ status: 0, said: '' });
  const words = await told();
  expect(words.filter((word) => /^(--platform|--push|--load|linux.*)$/.test(word))).toEqual(want);
  expect(words).toEqual(expect.arrayContaining(['build', '--tag', image]));
  expect(words.at(-1)).toBe(join(root, 'apps/hello/dist'));
  expect(await readFile(join(root, 'apps/hello/dist/bundle/main.cjs'), 'utf8')).toContain('hello');
});

test.each([
  [[], { IMAGE: image }, /expected the name of an app as argument/],
  [['nobody'], { IMAGE: image }, /expected the app nobody in .*, found nothing/],
  [['hello'], {}, /expected IMAGE to name the image to build/],
  [['hello'], { IMAGE: 'localhost:5000/hello' }, /expected IMAGE with a tag that is a version/],
  [['hello'], { IMAGE: 'hello:latest' }, /expected IMAGE with a tag that is a version/],
  [['hello'], { IMAGE: image, PLATFORMS: 'linux/amd64,linux/arm64' }, /expected one platform/],
  [['hello'], { IMAGE: image, DOCKER_ENDS_WITH: '3' }, /docker buildx build ended with 3/],
])('%j with %j fails and says why', (app, env, why) => {
  const { status, said } = build(app, { PUSH_IMAGE: 'false', ...env });
  expect(status).toBe(1);
  expect(said).toMatch(why);
});
