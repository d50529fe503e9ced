import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { workspaceRoot } from './packages.ts';

const greeting = 'http://127.0.0.1:8080/greeter/say/hello?name=John';
const call = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"service":"go.micro.srv.greeter","endpoint":"Say.Hello","request":{"name":"John"}}',
};
/** Every process that npm start begins inherits it: by this they are found, and no others. */
const mark = `MICRO_TEST_MARK=${process.pid}`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

test.each(['SIGINT', 'SIGTERM'] as const)(
  'L7: npm start answers within 5 s, and %s ends all of it within 3 s',
  async (signal) => {
    expect(await portTaken(), 'port 8080 must be free for npm start').toBe(false);
    const [name = '', value = ''] = mark.split('=');
    const started = performance.now();
    child = spawn('npm', ['start'], {
      cwd: workspaceRoot,
      env: { ...process.env, [name]: value },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ready = output(child, /Ready in/);
    let answer: unknown;
    while (answer === undefined) {
      answer = await fetch(greeting).then(
        (response) => (response.ok ? response.json() : undefined),
        () => pause(20),
      );
    }
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(answer).toEqual({ msg: 'Hello John' });
    expect(await (await fetch('http://127.0.0.1:8080/rpc', call)).json()).toEqual({
      msg: 'Hello John',
    });
    await ready;
    expect(marked().length).toBeGreaterThan(3);

    const stopped = performance.now();
    child.kill(signal);
    await once(child, 'exit');
    while (marked().length > 0) await pause(20);
    expect(performance.now() - stopped).toBeLessThan(3_000);
  },
);

test('a start that is killed takes its services with it', async () => {
  const [name = '', value = ''] = mark.split('=');
  child = spawn('npm', ['start'], {
    cwd: workspaceRoot,
    env: { ...process.env, [name]: value },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await output(child, /Ready in/);
  child.kill('SIGKILL');
  while (marked().length > 0) await pause(50);
});

test('a port that is taken ends all of it at once, whoever listens there and whatever it says', async () => {
  const silent = createServer().listen(8080, '127.0.0.1');
  await once(silent, 'listening');
  child = spawn('npm', ['start'], { cwd: workspaceRoot, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'exit');
  silent.close();
  expect(code).toBe(1);
  expect(said).toContain('port 8080 on 127.0.0.1 is taken');
  expect(said).toContain('api ended with 1; stopping the others');
});

test('the launcher runs programs on the pinned Node, and that Node itself', () => {
  const launcher = join(workspaceRoot, 'libs/workspace/bin/launch.js');
  const run = (...args: string[]) =>
    execFileSync('node', [launcher, ...args], { encoding: 'utf8' });
  expect(run('node', '--version')).toBe(`${process.version}\n`);
  expect(run('tsc', '--version')).toMatch(/^Version \d/);
});

test('npm start -- --help says what all services take and what one alone does', () => {
  const help = execFileSync('npm', ['--silent', 'start', '--', '--help'], {
    cwd: workspaceRoot,
    encoding: 'utf8',
  });
  const [head = '', ...lines] = help.split('\n');
  expect(head).toBe(
    'npm start -- <flags>: each flag goes to all of go.micro.api, go.micro.srv.greeter, go.micro.web',
  );
  const shared = lines.slice(0, lines.indexOf(''));
  expect(shared.join('\n')).toContain('--registry ');
  expect(shared.join('\n')).not.toContain('--enable_rpc');
  const own = lines.slice(lines.indexOf('go.micro.api alone, by environment variable'));
  expect(own.slice(0, own.indexOf('')).join('\n')).toMatch(/--enable_rpc +MICRO_API_ENABLE_RPC/);
  expect(help).not.toContain('go.micro.srv.greeter alone');
});

function output(process: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    process.stdout?.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
  });
}

/** The processes that carry the mark, from /proc. */
function marked(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
    } catch {
      return false; // It ended while we looked.
    }
  });
}

async function portTaken(): Promise<boolean> {
  const socket = connect(8080, '127.0.0.1');
  const taken = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return taken;
}
