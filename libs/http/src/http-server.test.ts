import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  close,
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  listen,
  maxBodyBytes,
} from './index.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  for (const app of open.splice(0)) await close(app, 100);
});

async function server(
  routes: (app: HttpServer) => void = () => {},
  options: Partial<HttpServerOptions> = {},
): Promise<string> {
  const app = createHttpServer({
    name: 'test',
    stats: true,
    notReady: () => undefined,
    metrics: async () => ({ type: 'text/plain', text: 'up 1\n' }),
    ...options,
  });
  open.push(app);
  routes(app);
  return `http://${await listen(app, '127.0.0.1:0')}`;
}

interface Stats {
  counters: Array<{ status_codes: Record<string, number> }>;
}

test('answers probes and metrics', async () => {
  let reason: string | undefined = 'not registered yet';
  const url = await server(() => {}, { notReady: () => reason });
  const notReady = await fetch(`${url}/readyz`);
  expect([notReady.status, await notReady.json()]).toEqual([503, { status: 'not ready', reason }]);
  reason = undefined;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toBe('up 1\n');
});

test('answers errors in one form and keeps to itself what broke', async () => {
  const heard: unknown[] = [];
  const url = await server(
    (app) => {
      app.get('/broken', () => {
        throw new Error('password is 1234');
      });
      app.get('/rpc', () => {
        throw Object.assign(new Error(), {
          code: 409,
          toJSON: () => ({ id: 'x', code: 409, detail: 'd', status: 'Conflict' }),
        });
      });
    },
    { onError: (request, error) => heard.push(request.path, error) },
  );
  const broken = await fetch(`${url}/broken?token=secret`);
  expect(broken.status).toBe(500);
  expect(await broken.json()).toEqual({
    id: 'test',
    code: 500,
    detail: 'internal error',
    status: 'Internal Server Error',
  });
  expect(heard).toEqual(['/broken', expect.objectContaining({ message: 'password is 1234' })]);
  expect(await (await fetch(`${url}/rpc`)).json()).toMatchObject({ code: 409, detail: 'd' });
  expect(await (await fetch(`${url}/no/where`)).json()).toMatchObject({
    code: 404,
    detail: 'nothing at GET /no/where',
  });
});

test('refuses a body that is too large or no JSON', async () => {
  const url = await server((app) => app.post('/', async () => 'ok'));
  const post = (body: string) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect((await post(`"${'a'.repeat(maxBodyBytes)}"`)).status).toBe(413);
  const bad = await post('{"a":');
  expect([bad.status, await bad.json()]).toEqual([400, expect.objectContaining({ code: 400 })]);
});

test('counts requests by their true status', async () => {
  const url = await server((app) => {
    app.get('/fine', async () => 'ok');
    app.get('/broken', async (_request, reply) => reply.code(502).send('no'));
  });
  for (const path of ['/fine', '/fine', '/broken', '/nowhere'])
    await (await fetch(url + path)).text();
  const { counters } = (await (await fetch(`${url}/stats`)).json()) as Stats;
  const sum = (kind: string) =>
    counters.reduce((n, { status_codes }) => n + (status_codes[kind] ?? 0), 0);
  expect([sum('20x'), sum('40x'), sum('50x')]).toEqual([2, 1, 1]);
  const page = await fetch(`${url}/stats`, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-type')).toContain('text/html');
});

test('keeps a harmless request id and replaces any other', async () => {
  const url = await server();
  const idOf = async (id: string) =>
    (await fetch(`${url}/healthz`, { headers: { 'x-request-id': id } })).headers.get(
      'x-request-id',
    );
  expect(await idOf('abc-1')).toBe('abc-1');
  expect(await idOf('a b" {')).toMatch(/^[0-9a-f-]{36}$/);
});

test('says which port is taken', async () => {
  const url = await server();
  const app = createHttpServer({
    name: 'b',
    stats: false,
    notReady: () => undefined,
    metrics: async () => ({ type: '', text: '' }),
  });
  const { host, port } = new URL(url);
  await expect(listen(app, host)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
});

test('waits for a request in flight when it closes, and ends one that lasts too long', async () => {
  const entered = Promise.withResolvers<void>();
  const stuck = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const url = await server((app) => {
    app.get('/slow', async () => {
      entered.resolve();
      await release.promise;
      return 'in time';
    });
    app.get('/never', () => {
      stuck.resolve();
      return new Promise(() => {});
    });
  });
  const [app] = open.splice(0);
  const slow = fetch(`${url}/slow`);
  const { port } = new URL(url);
  const never = connect(Number(port), '127.0.0.1');
  never.write('GET /never HTTP/1.1\r\nhost: a\r\n\r\n');
  never.on('error', () => {});
  await Promise.all([entered.promise, stuck.promise]);
  const closed = close(app!, 200);
  release.resolve();
  expect(await (await slow).text()).toBe('in time');
  expect(await closed).toBe(1);
  await expect(fetch(url)).rejects.toThrow();
});

test('answers while it leaves, and ends each connection with its next answer', async () => {
  const stopping = new AbortController();
  const url = await server((app) => app.get('/', async () => 'ok'), { stopping: stopping.signal });
  expect((await fetch(url)).headers.get('connection')).toBe('keep-alive');
  stopping.abort();
  const last = await fetch(url);
  expect([last.status, last.headers.get('connection')]).toEqual([200, 'close']);
});

test('does not wait for a connection on which nothing was ever asked', async () => {
  const { port } = new URL(await server());
  const silent = connect(Number(port), '127.0.0.1');
  await once(silent, 'connect');
  const [app] = open.splice(0);
  const ended = once(silent, 'close');
  await close(app!, 60_000);
  await ended;
});
