import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { callerOf, spawnGreeter } from './test-process.ts';

test('L1: without work it withdraws, is not ready and exits with 0', async () => {
  const { child, lines, seen, exit } = spawnGreeter(['--registry=memory', '--shutdown_delay=1']);
  const { http } = await seen('started');
  await seen('registered');
  expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
  child.kill('SIGTERM');
  await seen('withdrawn');
  const begun = performance.now();
  // Withdrawn, and still answering for whom that has not reached.
  const answer = await fetch(`http://${http}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { status: 'not ready', reason: 'stopping' },
  ]);
  expect(await exit).toMatchObject({ code: 0, stderr: '' });
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'started',
    'registered',
    'stopping',
    'withdrawn',
    'stopped',
  ]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'L2: on %s calls in flight are finished first, and it exits with 0',
  async (signal) => {
    const { child, lines, seen, exit } = spawnGreeter();
    const { grpc = '' } = await seen('started');
    const slow = (await callerOf(grpc)).hello({ name: '300' });
    // The call must be on its way before the signal is.
    await (await callerOf(grpc)).hello({});
    child.kill(signal);
    child.kill(signal);
    expect((await slow).msg).toBe('done');
    expect(await exit).toMatchObject({ code: 0 });
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  },
);

test('L3: a stream that does not end is ended at the deadline, counted, and it exits with 0', async () => {
  const { child, seen, exit } = spawnGreeter(['--registry=memory', '--shutdown_timeout=0.2']);
  const { grpc = '' } = await seen('started');
  const reading = (async () => {
    for await (const { n } of (await callerOf(grpc)).count({})) if (n === 2) child.kill('SIGTERM');
  })();
  await expect(reading).rejects.toMatchObject({ code: expect.any(Number) });
  expect(await seen('ended calls that did not finish')).toMatchObject({ calls: 1, seconds: 0.2 });
  expect(await exit).toMatchObject({ code: 0 });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'L4: a second %s, half a second after the first, ends it at once with %d',
  async (signal, code) => {
    const { child, seen, exit } = spawnGreeter(['--registry=memory', '--shutdown_delay=60']);
    await seen('registered');
    child.kill(signal);
    await seen('withdrawn');
    await wait(600); // The rule is about this time.
    child.kill(signal);
    expect(await exit).toMatchObject({ code });
  },
);

test.each([
  ['uncaught', 'thrown outside of a handler'],
  ['unhandled', 'rejected outside of a handler'],
])('L8: after an %s error it says where, withdraws and exits with 1', async (mishap, message) => {
  const { lines, seen, exit } = spawnGreeter();
  const { grpc = '' } = await seen('started');
  await seen('registered');
  const call = (await callerOf(grpc)).hello({ name: mishap }).catch(() => {});
  expect(await exit).toMatchObject({ code: 1, stderr: '' });
  await call;
  expect(lines.slice(2).map(({ msg }) => msg)).toEqual(['uncaught error', 'withdrawn']);
  expect(lines[2]).toMatchObject({
    level: 'error',
    err: { message, stack: expect.stringContaining('examples/greeter.ts') },
  });
});

test('L8: a second uncaught error, while the first is told the registry, ends it at once', async () => {
  const { lines, seen, exit } = spawnGreeter(['--registry=deaf']);
  const { grpc = '' } = await seen('started');
  await seen('registered');
  const client = await callerOf(grpc);
  const calls = ['uncaught', 'uncaught'].map((name) => client.hello({ name }).catch(() => {}));
  expect(await exit).toMatchObject({ code: 1 });
  await Promise.all(calls);
  expect(lines.slice(2).map(({ msg }) => msg)).toEqual(['uncaught error', 'uncaught error']);
});

test('L8: a registry that does not answer holds it up for a second', async () => {
  const { lines, seen, exit } = spawnGreeter(['--registry=deaf']);
  const { grpc = '' } = await seen('started');
  await seen('registered');
  const call = (await callerOf(grpc)).hello({ name: 'uncaught' }).catch(() => {});
  expect(await exit).toMatchObject({ code: 1 });
  await call;
  expect(lines.slice(2).map(({ msg }) => msg)).toEqual(['uncaught error', 'could not withdraw']);
});

test('L13: it exits with 78 and a line for every fault', async () => {
  const env = { MICRO_REGISTER_TLL: '3', MICRO_REGISTER_TTL: 'abc' };
  const flags = ['--registry=kubernetes', '--registry_address=foo:8500', '--log_levl=info'];
  const { code, stderr } = await spawnGreeter(flags, { env: { ...env, KUBECONFIG: '/nope' } }).exit;
  expect(code).toBe(78);
  const lines = [
    '--log_levl: no such option; did you mean --log_level?',
    'MICRO_REGISTER_TTL: expected a number of seconds up to 2147483, got "abc"',
    'MICRO_REGISTER_TLL: no such option, got "3"; did you mean MICRO_REGISTER_TTL?',
    '--registry_address: expected the namespaces to look in as a,b, got "foo:8500"',
    expect.stringContaining('--registry=kubernetes: could not read the kubeconfig /nope'),
  ];
  expect(stderr.trimEnd().split('\n')).toEqual(
    lines.map((line) => (typeof line === 'string' ? `go.micro.srv.greeter: ${line}` : line)),
  );
});

test('C24: a port that is taken ends it with 1 and the flag to change', async () => {
  const { seen } = spawnGreeter();
  const { grpc, http } = await seen('started');
  const starts = { server_address: grpc, health_address: http };
  await Promise.all(
    Object.entries(starts).map(async ([flag, address]) => {
      const { code, stderr } = await spawnGreeter(['--registry=memory', `--${flag}=${address}`])
        .exit;
      const port = address?.split(':').at(-1);
      expect(stderr).toContain(
        `go.micro.srv.greeter: --${flag}=${address} (or MICRO_${flag.toUpperCase()}): port ${port} on 127.0.0.1 is taken; ` +
          'stop what listens there or choose another, port 0 is any free one\n',
      );
      expect(code).toBe(1);
    }),
  );
});
