import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Dashboard, greeter, startDashboard, startGreeter } from './test-dashboard.ts';

const executablePath = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find(existsSync);
const flags = ['no-sandbox', 'disable-gpu', 'no-first-run', 'disable-sync'];
const quietFlags = ['disable-background-networking', 'disable-component-update'];
const root = join(import.meta.dirname, '../../..');

if (!executablePath)
  process.stderr.write('no Chromium here: the page is not tried; name one with CHROMIUM\n');

let profile: string;
let browser: BrowserContext;

beforeAll(async () => {
  if (!executablePath) return;
  execFileSync(process.execPath, ['libs/workspace/src/bundle.ts', 'apps/web'], { cwd: root });
  profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...flags, ...quietFlags].map((flag) => `--${flag}`),
  });
});

afterAll(async () => {
  if (!executablePath) return;
  await browser.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** Opens the dashboard; a test with complaints in the browser's console fails, but for those it expects. */
async function visit(path = '', expected = /^$/): Promise<Dashboard & { page: Page }> {
  const board = await startDashboard();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  onTestFinished(async () => {
    await page.close();
    expect(complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
  });
  await page.goto(board.url + path);
  return { ...board, page };
}

const withBrowser = test.skipIf(!executablePath);

withBrowser('shows services and their nodes as they come and go', async () => {
  const { page, registry } = await visit();
  await page.getByText('memory · synced').waitFor();
  await page.getByRole('link', { name: 'go.micro.web' }).waitFor();
  const { node } = await startGreeter(registry);
  await page.getByRole('link', { name: greeter }).click();
  await page.getByRole('heading', { name: greeter }).waitFor();
  const nodes = page.getByRole('table', { name: 'Nodes' });
  await nodes.getByRole('cell', { name: node.address }).waitFor();

  await registry.register({ ...node, id: `${greeter}-2`, address: '127.0.0.1:2' });
  await nodes.getByRole('cell', { name: '127.0.0.1:2' }).waitFor();
  await page.getByText(`${greeter} gained 1 node`).waitFor();
  await registry.deregister({ ...node, id: `${greeter}-2` });
  await nodes.getByRole('cell', { name: '127.0.0.1:2' }).waitFor({ state: 'detached' });
  await registry.deregister(node);
  await page.getByText('Nobody is registered by this name now').waitFor();
});

withBrowser('calls a service through the form', async () => {
  const { page, registry } = await visit(`/?service=${greeter}`);
  await startGreeter(registry);
  const request = page.getByLabel('JSON of Request');
  await request.waitFor();
  expect(await request.inputValue()).toBe('{\n  "name": ""\n}');
  await request.fill('{ "name": "John" }');
  await page.getByText('Metadata and timeout').click();
  await page.getByLabel('Metadata, “key: value” a line').fill('Title: , Sir');
  await page.getByRole('button', { name: 'Send' }).click();
  const answer = page.getByRole('region', { name: 'Answer' });
  await answer.getByText('Hello John, Sir').waitFor();
  await answer.getByText('OK').waitFor();
});

withBrowser('says in place what is wrong with a request, or with the answer', async () => {
  const { page, registry } = await visit(`/?service=${greeter}&endpoint=Say.Count`);
  await startGreeter(registry);
  const request = page.getByLabel('JSON of CountRequest');
  await request.fill('{ "to":');
  await page.keyboard.press('Control+Enter');
  await page.getByText('expected JSON: ').waitFor();
  await request.fill('{ "to": -1 }');
  await page.keyboard.press('Control+Enter');
  await page.getByText('412 Precondition Failed').waitFor();
  await page.getByText('expected a way up').waitFor();
});

withBrowser('appends the messages of a stream until it is cancelled', async () => {
  const { page, registry } = await visit(`/?service=${greeter}&endpoint=Say.Count`);
  const { cancelled } = await startGreeter(registry);
  const request = page.getByLabel('JSON of CountRequest');
  await request.fill('{ "to": 3 }');
  await page.keyboard.press('Control+Enter');
  const answer = page.getByRole('region', { name: 'Answer' });
  await answer.getByText('3 messages').waitFor();
  expect(await answer.locator('pre').innerText()).toBe('{"n":1}\n{"n":2}\n{"n":3}');

  await request.fill('{ "to": 0 }');
  await page.keyboard.press('Control+Enter');
  await answer.getByText('{"n":0}').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await answer.getByText('Cancelled').waitFor();
  await cancelled;
});

withBrowser('keeps filter and choice in the address', async () => {
  const { page, registry } = await visit();
  await startGreeter(registry);
  await page.getByRole('link', { name: greeter }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('hello');
  await page.getByText('1 of 2').waitFor();
  await page.getByRole('link', { name: greeter }).click();
  await page.getByRole('heading', { name: greeter }).waitFor();
  expect(new URL(page.url()).search).toBe(`?filter=hello&service=${greeter}`);
  await page.reload();
  await page.getByRole('heading', { name: greeter }).waitFor();
  expect(await page.getByLabel('Filter services').inputValue()).toBe('hello');
  await page.goBack();
  await page.getByRole('heading', { name: greeter }).waitFor({ state: 'detached' });
  await page.getByLabel('Filter services').fill('nothing like it');
  await page.getByText('No service matches “nothing like it”').waitFor();
});

withBrowser('shows what a stranger registers as text', async () => {
  const { page, registry } = await visit();
  const { node } = await startGreeter(registry);
  const html = '<img src=x onerror=alert(1)>';
  const strange = { id: html, version: html, metadata: { [html]: html.repeat(1_000) } };
  const endpoint = { name: html, request: null, response: null, metadata: { [html]: 'true' } };
  await registry.register({ ...node, ...strange, endpoints: [endpoint] });
  await registry.register({ ...node, ...strange, service: html, endpoints: [] });
  for (const name of [html, greeter]) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name }).waitFor();
  }
  await page.getByRole('link', { name: html }).nth(1).waitFor();
  expect(await page.locator('img[src=x]').count()).toBe(0);
  const tooWide = await page.evaluate<boolean>('document.body.scrollWidth > innerWidth');
  expect(tooWide).toBe(false);
});

withBrowser('says that the dashboard is away, keeps what it showed, and comes back', async () => {
  const { page, url, running } = await visit('', /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/);
  const web = page.getByRole('link', { name: 'go.micro.web' });
  await web.waitFor();
  await running.stop();
  const banner = page.getByText('The dashboard does not answer');
  await banner.waitFor();
  expect(await web.isVisible()).toBe(true);
  await startDashboard(new URL(url).host);
  await banner.waitFor({ state: 'detached' });
  await page.getByText('memory · synced').waitFor();
});
