import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { workspaceRoot } from './command.ts';

/** One of our apps as a process of this machine; ended when it is disposed of. */
export interface AppProcess extends AsyncDisposable {
  /** Where it answers gRPC, `host:port`. */
  readonly grpc: string;
  /** Where it answers HTTP, `host:port`. */
  readonly http: string;
}

/** Starts an app from its source, and waits until it listens. */
export async function startApp(
  app: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<AppProcess> {
  const program = join(workspaceRoot, 'apps', app, 'src/main.ts');
  const child = spawn(process.execPath, [program, ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { grpc, http } = await new Promise<Line>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`expected ${app} to start, it ended: ${code}`)));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line: Line = JSON.parse(text);
      if (line.msg === 'started') resolve(line);
    });
  });
  return {
    grpc,
    http,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

interface Line {
  readonly msg: string;
  readonly grpc: string;
  readonly http: string;
}
