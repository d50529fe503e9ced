import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { callerOf, spawnGreeter } from './test-process.ts';

/** Each of these logs 20 kilobytes; a pipe holds 64, and we a megabyte. */
const manyCalls = 200;

test('L10: with a standard output that nobody reads any more it answers and ends as ever', async () => {
  const { child, seen, exit } = spawnGreeter();
  const { grpc = '' } = await seen('started');
  child.stdout?.destroy();
  const client = await callerOf(grpc);
  for (let n = 0; n < 10; n++)
    await expect(client.hello({ name: 'throw' })).rejects.toMatchObject({ code: 500 });
  expect((await client.hello({})).msg).toBe('done');
  child.kill('SIGTERM');
  expect(await exit).toMatchObject({ code: 0, stderr: '' });
});

test('L10: a pipe that is full blocks no call, and what is missing is said once it is read', async () => {
  const pipe = openPipe();
  const { child, exit } = spawnGreeter(['--registry=memory'], { stdout: pipe });
  let said = '';
  while (!said.includes('"msg":"started"}\n')) said += readWaiting(pipe);
  const client = await callerOf(/"grpc":"([^"]+)"/.exec(said)![1]!);
  for (let n = 0; n < manyCalls; n++) await client.hello({ name: 'throw' }).catch(() => {});
  expect((await client.hello({})).msg).toBe('done');

  while (!said.includes('lines are missing here')) {
    // Each call says one line more.
    await client.hello({ name: 'throw' }).catch(() => {});
    said += readWaiting(pipe);
  }
  const { lines } = JSON.parse(said.split('\n').find((line) => line.includes('missing'))!);
  expect(lines).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect(await exit).toMatchObject({ code: 0 });
});

/** Both ends of a pipe in one: it is open for as long as the test wants. */
function openPipe(): number {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-'));
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, 'r+');
  onTestFinished(() => {
    closeSync(pipe);
    rmSync(directory, { recursive: true });
  });
  return pipe;
}

/** What is in a pipe; the other side made it one that does not wait. */
function readWaiting(pipe: number): string {
  const text = Buffer.alloc(64 * 1024);
  try {
    return text.toString('utf8', 0, readSync(pipe, text));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return '';
  }
}
