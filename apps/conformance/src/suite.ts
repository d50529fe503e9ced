import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { type Counts, readCounts } from './counts.ts';

const version = 'v1.0.5';
const module = `connectrpc.com/conformance/cmd/connectconformance@${version}`;
const room = join(import.meta.dirname, '..');
/** Named after its version, so that another one is built anew. */
const folder = join(room, 'dist', version);
const command = join(folder, 'connectconformance');

/** Which of our programs is tried. */
export type Side = 'server' | 'client';

/**
 * Builds the suite's command with Go where it is not yet.
 *
 * @throws Error if there is no Go, or it fails.
 */
export async function buildSuite(signal: AbortSignal): Promise<void> {
  if (existsSync(command)) return;
  process.stderr.write(`Building connectconformance ${version}, once: about a minute.\n`);
  const env = { ...process.env, GOBIN: folder };
  const { code } = await run('go', ['install', module], signal, env).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(
      'expected go in PATH, found none; install Go 1.24 or newer (https://go.dev/dl) and run this again',
    );
  });
  if (code !== 0) throw new Error(`go install ${module} ended with ${code}: see above`);
}

/**
 * Tries one of our programs, and shows what the suite says.
 *
 * @param args Further options of `connectconformance`.
 * @throws Error if it ends without having counted.
 */
export async function runSuite(
  side: Side,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Counts> {
  const conf = join(room, 'conf', side);
  const options = ['--conf', `${conf}.yaml`, '--known-failing', `@${conf}-known-failing.txt`];
  const program = [process.execPath, join(import.meta.dirname, `${side}-under-test.ts`)];
  const { code, output } = await run(
    command,
    ['--mode', side, ...options, ...args, '--', ...program],
    signal,
  );
  const counts = readCounts(output);
  if (!counts) throw new Error(`connectconformance of the ${side} ended with ${code}: see above`);
  return counts;
}
