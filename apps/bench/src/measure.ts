import { fork, type Serializable } from 'node:child_process';
import { basename } from 'node:path';
import type { Figures } from './suite.ts';

/** What ran longer hangs, be the machine ever so busy. */
const timeoutMs = 180_000;

/**
 * Runs a subject's bundle in a process of its own and returns what it measured.
 *
 * @param onReady Called when the subject says that it is; told what came of it.
 * @throws Error with what it wrote, if it fails or hangs.
 */
export async function measure(
  bundle: string,
  args: readonly string[],
  onReady: () => Promise<Serializable> = async () => '',
): Promise<Figures> {
  const child = fork(bundle, args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let figures: Figures | undefined;
  let said = '';
  const { promise: ended, resolve, reject: fail } = Promise.withResolvers<string | number | null>();
  child.on('message', (message) => {
    if (message === 'ready') onReady().then((answer) => child.send(answer), fail);
    else figures = message as Figures; // A subject says nothing else.
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.once('error', fail);
  child.once('close', (code, signal) => resolve(signal ?? code));
  const end = await ended.finally(() => child.kill('SIGKILL'));
  if (end === 0 && figures) return figures;
  throw new Error(`${basename(bundle)} ended with ${end}${said && `:\n${said.trimEnd()}`}`);
}
