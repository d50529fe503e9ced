import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, createHttpServer, listen } from '@micro/http';
import { expect, onTestFinished, test } from 'vitest';
import { addPage } from './page.ts';

async function folder(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

async function serve(...places: string[]): Promise<string> {
  const metrics = async () => ({ type: 'text/plain', text: '' });
  const app = createHttpServer({ name: 'web', stats: false, notReady: () => undefined, metrics });
  onTestFinished(async () => {
    await close(app, 100);
  });
  addPage(app, 'web', places);
  return `http://${await listen(app, '127.0.0.1:0')}`;
}

const built = { 'index.html': '<p>built</p>', 'main.js': '1', 'main.css': 'p{}' };

test('serves the page where it is built, not where its source lies', async () => {
  const url = await serve(await folder({ 'index.html': '<p>source</p>' }), await folder(built));
  const page = await fetch(url);
  expect(await page.text()).toBe('<p>built</p>');
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  const types = ['main.js', 'main.css', 'icon.svg'].map(async (file) =>
    (await fetch(`${url}/${file}`)).headers.get('content-type'),
  );
  expect(await Promise.all(types)).toEqual([
    'text/javascript; charset=utf-8',
    'text/css; charset=utf-8',
    'image/svg+xml',
  ]);
});

test('sends a file again only when it changed', async () => {
  const place = await folder(built);
  const url = await serve(place);
  const etag = (await fetch(`${url}/main.js`)).headers.get('etag') ?? '';
  const again = () => fetch(`${url}/main.js`, { headers: { 'if-none-match': etag } });
  expect((await again()).status).toBe(304);
  await writeFile(join(place, 'main.js'), '2');
  expect(await (await again()).text()).toBe('2');
});

test('says what to do when the page is not built', async () => {
  const answer = await fetch(await serve(await folder({ 'index.html': 'source' })));
  expect([answer.status, await answer.json()]).toEqual([
    503,
    {
      id: 'web',
      code: 503,
      detail: 'the page is not built; build it with: npx nx build web',
      status: 'Service Unavailable',
    },
  ]);
});

test.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/secret.txt'])(
  'leads nowhere else by %s',
  async (path) => {
    const url = await serve(await folder({ ...built, 'secret.txt': 'secret' }));
    expect((await fetch(url + path)).status).toBe(404);
  },
);
