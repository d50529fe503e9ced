import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { cpuUsOf, residentBytesOf } from '../process-cost.ts';
import { greetings } from '../rpc/greetings.ts';
import type { Figures } from '../suite.ts';

/** What a program says when it listens, on a line of its log. */
interface Started {
  readonly msg: string;
  /** `host:port` */
  readonly grpc: string;
  /** `host:port` */
  readonly http: string;
}

/** A program that has not answered by then is ended, and so is who asks it. */
const timeoutMs = 60_000;

/** Asks a program that has started; resolves when it has answered. */
export type Ask = (started: Started) => Promise<void>;

/**
 * From the spawn of a process to its first answer: the time, the CPU of its threads and the memory
 * it has then.
 *
 * @param file A bundle.
 * @throws Error if it ends before, or takes a minute.
 */
export async function measureFirstAnswer(
  file: string,
  args: readonly string[],
  ask: Ask,
): Promise<Figures> {
  const begun = performance.now();
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  try {
    await ask(await startedOf(child.stdout));
    const timeMs = performance.now() - begun;
    const { pid = 0 } = child;
    return { timeMs, cpuMs: cpuUsOf(pid) / 1_000, rssBytes: residentBytesOf(pid) };
  } finally {
    child.kill('SIGKILL');
  }
}

/** Asks nothing: that it has started is the answer. */
export const askNothing: Ask = async () => {};

/** Greets. */
export const greet: Ask = async ({ grpc }) => {
  const client = new Client(grpc, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = greetings.hello;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { name: 'John' }, (error) =>
    error ? reject(error) : resolve(),
  );
  await promise.finally(() => client.close());
};

/** Gets a path until it answers 200: what listens may not be ready yet. */
export function fetchOk(path: string): Ask {
  return async ({ http }) => {
    while ((await statusOf(`http://${http}${path}`)) !== 200) await setTimeout(1);
  };
}

async function startedOf(output: NodeJS.ReadableStream): Promise<Started> {
  const lines = createInterface({ input: output });
  try {
    for await (const line of lines) {
      const said = JSON.parse(line) as Started;
      if (said.msg === 'started') return said;
    }
  } finally {
    output.resume(); // What else it says shall not fill the pipe.
  }
  throw new Error('the program ended before it had started');
}

async function statusOf(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const request = get(url, { agent: false }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode));
  });
  request.once('error', reject);
  return await promise;
}
