import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { type Client, createChannels, createClientFactory } from '@micro/rpc';
import { onTestFinished } from 'vitest';

/** The example greeter, a program of its own. */
export const program: string = join(import.meta.dirname, 'examples/greeter.ts');

/** A line of a service's log. */
export type Line = Readonly<Record<string, string>>;

/** The example greeter as a process; killed when the test is over. */
export interface GreeterProcess {
  readonly child: ChildProcess;
  /** What it logged so far. */
  readonly lines: readonly Line[];
  /** The first line with that message, when it comes. */
  seen(message: string): Promise<Line>;
  /** How it ended. */
  readonly exit: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stderr: string;
  }>;
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What runs it. @default this Node */
  readonly command?: readonly string[];
  /** Its standard output, where the test has another use for it than to read lines. */
  readonly stdout?: number;
}

export function spawnGreeter(
  flags: readonly string[] = ['--registry=memory'],
  { env = {}, command = [process.execPath], stdout }: SpawnOptions = {},
): GreeterProcess {
  const [file = '', ...args] = command;
  const stdio: StdioOptions = ['ignore', stdout ?? 'pipe', 'pipe'];
  const child = spawn(file, [...args, program, ...flags], {
    env: { ...process.env, ...env },
    stdio,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines: Line[] = [];
  const waiting = new Map<string, (line: Line) => void>();
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      waiting.get(line['msg'] ?? '')?.(line);
    });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return {
    child,
    lines,
    seen(message) {
      const line = lines.find(({ msg }) => msg === message);
      return line ? Promise.resolve(line) : new Promise((resolve) => waiting.set(message, resolve));
    },
    exit: once(child, 'close').then(([code, signal]) => ({ code, signal, stderr })),
  };
}

/** A client of who answers at the addresses; closed when the test is over. */
export async function callerOf(...addresses: string[]): Promise<Client<typeof Say>> {
  const registry = createMemoryRegistry();
  const service = 'go.micro.srv.greeter';
  for (const address of addresses)
    await registry.register({
      id: address,
      service,
      version: '1',
      address,
      metadata: {},
      endpoints: [],
    });
  const channels = createChannels(registry);
  onTestFinished(() => channels.close());
  return createClientFactory({ channels, name: 'test' })(Say, service);
}
