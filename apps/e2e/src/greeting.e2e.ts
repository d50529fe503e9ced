import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Forward, forward } from './forward.ts';
import { isReady, kubectl, podsOf, settled } from './kubectl.ts';
import { findNodePort } from './node-port.ts';
import { until } from './until.ts';
import { nodesShown } from './web.ts';

const service = 'go.micro.srv.greeter';
let api: Forward;
let web: Forward;

beforeAll(async () => {
  [api, web] = await Promise.all([forward('api', 8080), forward('web', 8082)]);
});

afterAll(() => {
  api?.[Symbol.dispose]();
  web?.[Symbol.dispose]();
});

async function greet(url: string): Promise<unknown> {
  const response = await fetch(`${url}/greeter/say/hello?name=John`);
  return await response.json();
}

async function call(url: string): Promise<unknown> {
  const response = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service, endpoint: 'Say.Hello', request: { name: 'John' } }),
  });
  return await response.json();
}

async function showsNodes(count: number, withinMs: number): Promise<void> {
  await until(`${count} nodes in web`, withinMs, async () => {
    return (await nodesShown(web.url, service)).length === count;
  });
}

test('api answers /greeter/say/hello and /rpc with what greeter says', async () => {
  expect(await greet(api.url)).toEqual({ msg: 'Hello John' });
  expect(await call(api.url)).toEqual({ msg: 'Hello John' });
});

test('so does the node port 30001', async ({ skip }) => {
  const url = await findNodePort(30001);
  if (!url) return skip('no node answers on 30001 from here, only the API server does');
  expect(await greet(url)).toEqual({ msg: 'Hello John' });
  expect(await call(url)).toEqual({ msg: 'Hello John' });
});

test('web serves its page, on the node port 30003 too', async ({ skip }) => {
  const title = async (url: string) => (await (await fetch(url)).text()).match(/<title>/)?.[0];
  expect(await title(web.url)).toBe('<title>');
  const url = await findNodePort(30003);
  if (!url) return skip('no node answers on 30003 from here, only the API server does');
  expect(await title(url)).toBe('<title>');
});

test('web shows every node of greeter, and three within 2 s of the third being ready', async () => {
  await settled();
  await showsNodes(2, 2_000);
  await kubectl('scale', 'deployment/greeter', '--replicas', '3');
  try {
    await until('three ready pods', 60_000, async () => {
      return (await podsOf('greeter')).filter(isReady).length === 3;
    });
    await showsNodes(3, 2_000);
  } finally {
    await kubectl('scale', 'deployment/greeter', '--replicas', '2');
  }
  await showsNodes(2, 10_000);
});
