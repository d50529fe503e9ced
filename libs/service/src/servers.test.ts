import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import type { Handlers } from '@micro/rpc';
import { createTestAuthority, createTlsFolder } from '@micro/testing';
import { expect, test, vi } from 'vitest';
import { listenAddress } from './option-values.ts';
import { start } from './start.ts';

const name = 'go.micro.srv.greeter';
const say: Handlers<typeof Say> = {
  hello: () => ({ msg: 'done' }),
  async *count() {},
  async *chat() {},
};
const quiet = '--log_level=error';

test('metrics count calls by endpoint', async () => {
  const flags = ['--registry=memory', quiet];
  const { client, httpAddress, stop } = await start({ name, handlers: [[Say, say]] }, flags, {});
  while ((await fetch(`http://${httpAddress}/readyz`)).status !== 200);
  await client(Say, name).hello({});
  const text = await (await fetch(`http://${httpAddress}/metrics`)).text();
  expect(text).toMatch(
    /micro_request_total\{endpoint="Say.Hello",status="success",service="go.micro.srv.greeter"\} 1\n/,
  );
  await stop();
});

test('a service brings its own registry, chosen by name', async () => {
  const registry = createMemoryRegistry();
  const own = () => ({ ...registry, kind: 'own' });
  const running = await start({ name, registries: { own } }, ['--registry=own', quiet], {});
  const view = registry.watch(name);
  while (view.nodes.length === 0) await new Promise(setImmediate);
  expect(view.nodes[0]).toMatchObject({ service: name, metadata: { registry: 'own' } });
  view.close();
  await running.stop();
});

test('L3: a request that does not end is ended at the deadline, and leaving goes on', async () => {
  const asked = Promise.withResolvers<void>();
  const options = { address: { schema: listenAddress, default: '127.0.0.1:0', help: '' } } as const;
  const flags = ['--registry=memory', quiet, '--shutdown_timeout=0.2'];
  const { httpAddress, stop } = await start(
    {
      name,
      options,
      http: {
        address: 'address',
        routes(app) {
          app.get('/never', () => {
            asked.resolve();
            return new Promise(() => {});
          });
        },
      },
    },
    flags,
    {},
  );
  const never = fetch(`http://${httpAddress}/never`);
  never.catch(() => {});
  await asked.promise;
  await stop();
  await expect(never).rejects.toThrow();
});

test('metadata that --pass_metadata names goes along with the calls a handler makes', async () => {
  const passing: Handlers<typeof Say> = {
    async hello({ name: which }, { client, metadata }) {
      if (which === 'told') return { msg: `${metadata['x-tenant']} ${metadata['x-other']}` };
      return client(Say, name).hello({ name: 'told' });
    },
    async *count() {},
    async *chat() {},
  };
  const flags = ['--registry=memory', quiet, '--pass_metadata=x-tenant'];
  const running = await start({ name, handlers: [[Say, passing]] }, flags, {});
  while ((await fetch(`http://${running.httpAddress}/readyz`)).status !== 200);
  const metadata = { 'x-tenant': 'a', 'x-other': 'b' };
  const answer = await running.client(Say, name).hello({}, { metadata });
  expect(answer.msg).toBe('a undefined');
  await running.stop();
});

test('calls beyond --server_max_calls and the ten that may wait are refused', async () => {
  const gate = Promise.withResolvers<{ msg: string }>();
  const held: Handlers<typeof Say> = { ...say, hello: () => gate.promise };
  const flags = ['--registry=memory', quiet, '--server_max_calls=1'];
  const running = await start({ name, handlers: [[Say, held]] }, flags, {});
  while ((await fetch(`http://${running.httpAddress}/readyz`)).status !== 200);
  const { hello } = running.client(Say, name);
  const calls = Array.from({ length: 12 }, () => hello({}, { timeoutMs: 10_000 }));
  // The only node there is, so the refused call is made again there, until it gives up.
  await expect(Promise.race(calls)).rejects.toMatchObject({ code: 429 });
  gate.resolve({ msg: 'done' });
  const answers = await Promise.allSettled(calls);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(11);
  await running.stop();
});

test('a service whose check fails is not ready, and says which', async () => {
  let broken: string | undefined = 'it is away';
  const checks = { database: () => broken };
  const running = await start({ name, checks }, ['--registry=memory', quiet], {});
  const readyz = async () => {
    const answer = await fetch(`http://${running.httpAddress}/readyz`);
    return [answer.status, (await answer.json()) as { reason?: string }] as const;
  };
  const reason = async () => (await readyz())[1].reason;
  await vi.waitFor(async () => expect(await reason()).toBe('database: it is away'));
  broken = undefined;
  await vi.waitFor(async () => expect((await readyz())[0]).toBe(200), 10_000);
  await running.stop();
});

test('C30: with files for TLS a service answers and calls by its certificate alone', async () => {
  const authority = createTestAuthority();
  using folder = createTlsFolder(authority.issue({ dns: [name] }), authority.certificate);
  const { certificate, key, authorities } = folder.files;
  let identities: readonly string[] = [];
  const hello: Handlers<typeof Say>['hello'] = (_, context) => {
    identities = context.identities;
    return { msg: 'done' };
  };
  const { client, stop } = await start(
    { name, handlers: [[Say, { ...say, hello }]] },
    [
      '--registry=memory',
      quiet,
      `--tls_cert=${certificate}`,
      `--tls_key=${key}`,
      `--tls_ca=${authorities}`,
    ],
    {},
  );
  expect(await client(Say, name).hello({}, { waitForReady: true })).toMatchObject({ msg: 'done' });
  expect(identities).toEqual([name]);
  await stop();
});
