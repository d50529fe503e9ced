import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleApp, leftOut } from './bundle.ts';

let app: string;

beforeEach(async () => {
  app = await mkdtemp(join(tmpdir(), 'bundle-'));
});

afterEach(() => rm(app, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(app, dirname(path)), { recursive: true });
    await writeFile(join(app, path), text);
  }
}

test('makes of a service one file that knows where it is, whatever folder it is started from', async () => {
  await write({
    'src/main.ts': `import { word } from './word.ts';
      const { dirname, filename, url } = import.meta;
      const main = import.meta.main;
      console.log(JSON.stringify({ word, dirname, filename, url, main }));`,
    'src/word.ts': 'export const word: string = "hello";',
  });
  const [bundle] = await bundleApp(app);
  const file = join(app, 'dist/bundle/main.cjs');
  expect(bundle?.path).toBe(file);
  expect(bundle?.bytes).toBe((await readFile(file)).length);
  await rm(join(app, 'src'), { recursive: true });
  const said = JSON.parse(execFileSync(process.execPath, [file], { cwd: '/', encoding: 'utf8' }));
  expect(said).toEqual({
    word: 'hello',
    dirname: dirname(file),
    filename: file,
    url: pathToFileURL(file).href,
    main: true,
  });
});

test.each(leftOut)('leaves %s outside, to be loaded when it is asked for', async (name) => {
  await write({ 'src/main.ts': `const load = () => import('${name}'); void load;` });
  const [bundle] = await bundleApp(app);
  expect(bundle?.bytes).toBeLessThan(1_000);
});

test('makes of a page what a browser loads', async () => {
  await write({
    'src/main.ts': '',
    'page/main.tsx': "import './style.css'; document.title = 'hello';",
    'page/style.css': 'body { color: red }',
    'page/index.html': '<script type="module" src="main.js"></script>',
  });
  const [, page] = await bundleApp(app);
  expect(page?.path).toBe(join(app, 'dist/page'));
  const read = (file: string) => readFile(join(app, 'dist/page', file), 'utf8');
  expect(await read('main.js')).toMatch(/^document.title="hello";/);
  expect(await read('main.css')).toMatch(/^body\{color:red\}/);
  expect(await read('index.html')).toContain('src="main.js"');
});
