import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The folder that holds everything; commands run in it. */
export const workspaceRoot = join(import.meta.dirname, '../../..');

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the command when it aborts, and is what it then throws. */
  readonly signal?: AbortSignal;
  /** What the command reads. */
  readonly input?: string;
  /** Shows what the command says as it says it, instead of keeping it. */
  readonly show?: boolean;
}

/**
 * Runs a command to its end.
 *
 * @returns What it wrote to standard output.
 * @throws Error with the last of what it said, if it is missing or fails.
 */
export async function run(
  command: string,
  args: readonly string[],
  { env = process.env, signal, input, show = false }: RunOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd: workspaceRoot,
    env,
    stdio: ['pipe', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    // A group of its own, to be ended with all it started.
    detached: true,
  });
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  child.stdin?.on('error', () => {}); // It need not read what it is given.
  child.stdin?.end(input);
  let output = '';
  let all = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    all += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  const end = await new Promise<string | number | null>((resolve, reject) => {
    child.once('error', (error) =>
      reject('code' in error && error.code === 'ENOENT' ? missing(command) : error),
    );
    child.once('close', (code, killedBy) => resolve(killedBy ?? code));
  }).finally(() => signal?.removeEventListener('abort', stop));
  signal?.throwIfAborted();
  if (end === 0) return output;
  const words = [command, ...args].join(' ');
  throw new Error(`${words} ended with ${end}${all && `:\n${all.slice(-4_000).trimEnd()}`}`);
}

function missing(command: string): Error {
  return new Error(`expected ${command} in PATH, found none; install it and try again`);
}
