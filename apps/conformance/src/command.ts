import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command to its end, and shows what it says as it says it.
 *
 * @param signal Ends it.
 * @returns Its exit code and what it wrote to standard output.
 * @throws Error if there is no such command.
 */
export async function run(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { env, signal, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = await once(child, 'close');
  return { code, output };
}
