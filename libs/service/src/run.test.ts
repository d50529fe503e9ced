import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { createChannels, createClientFactory } from '@micro/rpc';
import { afterEach, expect, test } from 'vitest';

const program = join(import.meta.dirname, 'examples/greeter.ts');
const children: ChildProcess[] = [];
const open: Array<() => void> = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const close of open.splice(0)) close();
});

type Line = Record<string, string>;

/** The example as a process; `seen` resolves with the first log line of a message. */
function spawnGreeter(flags: string[] = ['--registry=memory'], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [program, ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: Line[] = [];
  const waiting = new Map<string, (line: Line) => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    waiting.get(line['msg'] ?? '')?.(line);
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return {
    child,
    lines,
    seen: (message: string): Promise<Line> => {
      const line = lines.find(({ msg }) => msg === message);
      return line ? Promise.resolve(line) : new Promise((resolve) => waiting.set(message, resolve));
    },
    exit: once(child, 'exit').then(([code, signal]) => ({ code, signal, stderr })),
  };
}

async function caller(address: string) {
  const registry = createMemoryRegistry();
  const service = 'go.micro.srv.greeter';
  await registry.register({ id: '1', service, version: '1', address, metadata: {}, endpoints: [] });
  const channels = createChannels(registry);
  open.push(() => channels.close());
  return createClientFactory({ channels, name: 'test' })(Say, service);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'leaves in order on %s and exits with 0',
  async (signal) => {
    const { child, lines, seen, exit } = spawnGreeter();
    const { grpc = '', http } = await seen('started');
    await seen('registered');
    expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
    const slow = (await caller(grpc)).hello({ name: '300' });
    // The call must be on its way before the signal is.
    await (await caller(grpc)).hello({});
    child.kill(signal);
    child.kill(signal);
    expect((await slow).msg).toBe('done');
    expect(await exit).toMatchObject({ code: 0 });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'started',
      'registered',
      'stopping',
      'withdrawn',
      'stopped',
    ]);
  },
);

test('ends calls that do not finish in time', async () => {
  const { child, seen, exit } = spawnGreeter(['--registry=memory', '--shutdown_timeout=0.2']);
  const { grpc = '' } = await seen('started');
  const counted: number[] = [];
  const reading = (async () => {
    for await (const { n } of (await caller(grpc)).count({})) {
      counted.push(n);
      if (n === 2) child.kill('SIGTERM');
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: expect.any(Number) });
  expect(await exit).toMatchObject({ code: 0 });
});

test('a second signal, half a second after the first, ends it at once', async () => {
  const { child, seen, exit } = spawnGreeter(['--registry=memory', '--shutdown_delay=60']);
  await seen('registered');
  child.kill('SIGINT');
  await seen('withdrawn');
  await new Promise((resolve) => setTimeout(resolve, 600)); // The rule is about this time.
  child.kill('SIGINT');
  expect(await exit).toMatchObject({ code: 130 });
});

test.each([
  [
    ['--registry=nope'],
    {},
    '--registry: expected one of mdns, memory, kubernetes, own, got "nope"',
  ],
  [['--register_ttl=10'], {}, 'to be less than register_ttl, got 30 and 10'],
  [
    [],
    { MICRO_REGISTER_TTL: 'abc' },
    'MICRO_REGISTER_TTL: expected a number of seconds up to 2147483, got "abc"',
  ],
  [
    ['--registry=memory', '--server_advertise=zzz'],
    {},
    '--server_advertise: expected an address as host:port with a port from 1 to 65535, got "zzz"',
  ],
  [
    ['--registry=kubernetes', '--registry_address=foo:8500'],
    {},
    'registry_address: expected the namespaces to look in as a,b, got "foo:8500"',
  ],
  [
    ['--registry=kubernetes'],
    { KUBECONFIG: '/nope' },
    'kubernetes: could not read the kubeconfig /nope',
  ],
])('%j with %j exits with 78 and says what is valid', async (flags, env, message) => {
  const { code, stderr } = await spawnGreeter(flags, env).exit;
  expect(code).toBe(78);
  expect(stderr).toContain(message);
});

test('a service brings its own registry, chosen by name', async () => {
  const { seen } = spawnGreeter(['--registry=own']);
  expect(await seen('registered')).toMatchObject({ registry: 'own' });
});

test('a port that is taken ends it with a sentence', async () => {
  const { seen } = spawnGreeter();
  const { grpc, http } = await seen('started');
  const second = await spawnGreeter(['--registry=memory', `--health_address=${http}`]).exit;
  expect(second).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/port \d+ on 127.0.0.1 is taken/),
  });
  const third = await spawnGreeter(['--registry=memory', `--server_address=${grpc}`]).exit;
  expect(third).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/port \d+ on 127.0.0.1 is taken/),
  });
});

test('metrics count calls by endpoint', async () => {
  const { seen } = spawnGreeter();
  const { grpc = '', http } = await seen('started');
  await (await caller(grpc)).hello({});
  const text = await (await fetch(`http://${http}/metrics`)).text();
  expect(text).toContain(
    'micro_request_total{endpoint="Say.Hello",status="success",service="go.micro.srv.greeter"} 1',
  );
});
