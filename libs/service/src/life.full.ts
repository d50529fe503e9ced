import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Say } from '@micro/contracts';
import { createMemoryRegistry, createNodeTable } from '@micro/registry';
import { expect, test } from 'vitest';
import { type Running, start } from './start.ts';
import { callerOf, spawnGreeter } from './test-process.ts';

const orderly = ['started', 'registered', 'stopping', 'withdrawn', 'stopped'];

test('L7: as PID 1 it hears SIGTERM, leaves in order and exits with 0', async ({ skip }) => {
  skip(!mayUnshare(), 'only the superuser of a Linux makes a process PID 1');
  const command = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', process.execPath];
  const { child, lines, seen, exit } = spawnGreeter(['--registry=memory'], { command });
  await seen('registered');
  expect(lines).toHaveLength(2);
  process.kill(childOf(child), 'SIGTERM');
  expect(await exit).toMatchObject({ code: 0 });
  expect(lines.map(({ msg }) => msg)).toEqual(orderly);
});

test('L7: through tsx it hears SIGTERM, leaves in order and exits with 0', async () => {
  const tsx = join(
    dirname(createRequire(import.meta.url).resolve('tsx/package.json')),
    'dist/cli.mjs',
  );
  const command = [process.execPath, tsx];
  const { child, lines, seen, exit } = spawnGreeter(['--registry=memory'], { command });
  await seen('registered');
  child.kill('SIGTERM');
  expect(await exit).toMatchObject({ code: 0 });
  expect(lines.map(({ msg }) => msg)).toEqual(orderly);
});

test('L9: one that runs out of memory ends by itself, and takes no call along but those it had', async () => {
  const command = [process.execPath, '--max-old-space-size=48'];
  const dying = spawnGreeter(['--registry=memory'], { command });
  const other = spawnGreeter();
  const addresses = await Promise.all(
    [dying, other].map(async ({ seen }) => (await seen('started'))['grpc'] ?? ''),
  );
  const [toDying, toBoth] = [await callerOf(addresses[0]!), await callerOf(...addresses)];
  await toDying.hello({});
  const last = toDying.hello({ name: 'memory' }).then(
    () => 'answered',
    () => 'failed',
  );
  const { code, signal, stderr } = await dying.exit;
  expect(code !== 0 || signal !== null).toBe(true);
  expect(stderr).toContain('JavaScript heap out of memory');
  expect(await last).toBe('failed');
  for (let n = 0; n < 50; n++) expect((await toBoth.hello({})).msg).toBe('done');
});

test('L11: three replicas are replaced one by one under 200 calls a second, and none fails', async () => {
  const table = createNodeTable();
  const registries = { shared: () => createMemoryRegistry(table) };
  const flags = ['--registry=shared', '--log_level=error', '--shutdown_delay=0.2'];
  const begin = (): Promise<Running> =>
    start(
      {
        name: 'go.micro.srv.greeter',
        registries,
        handlers: [
          [
            Say,
            {
              async hello({ name }) {
                await wait(Number(name));
                return { msg: 'done' };
              },
              async *count() {},
              async *chat() {},
            },
          ],
        ],
      },
      flags,
      {},
    );
  let replicas: Running[] = await Promise.all([begin(), begin(), begin()]);
  const caller = await start({ name: 'caller', registries }, flags, {});
  const client = caller.client(Say, 'go.micro.srv.greeter');
  const calls: Promise<unknown>[] = [];
  // An open load: it does not wait for answers.
  const load = setInterval(() => calls.push(client.hello({ name: '20' })), 5);
  for (let round = 0; round < 3; round++) {
    for (const replica of replicas) {
      const younger = await begin();
      while (!(await fetch(`http://${younger.httpAddress}/readyz`)).ok) await wait(10);
      await replica.stop();
      replicas = replicas.map((each) => (each === replica ? younger : each));
    }
  }
  clearInterval(load);
  const failed = (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected');
  await Promise.all([caller, ...replicas].map((each) => each.stop()));
  expect(failed).toEqual([]);
  expect(calls.length).toBeGreaterThan(200);
});

function mayUnshare(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The process that `unshare` forked, by the number it has outside. */
function childOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
