import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { leftOut } from '../../../../libs/workspace/src/bundle.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Figures } from '../suite.ts';
import type { Load } from './load.ts';
import type { ServerWord } from './run-server.ts';

/** A server and a client that speak to each other, bundled; each run of them is in fresh processes. */
export type Pair = (load: Load) => Promise<Figures>;

/** @param name Of `serve-<name>.ts` and `call-<name>.ts`. */
export async function bundlePair(name: string): Promise<Pair> {
  const server = await bundle(`rpc/serve-${name}.ts`, { external: leftOut });
  const client = await bundle(`rpc/call-${name}.ts`, { external: leftOut });
  return async (load) => {
    // What it logs is thrown away, as it is written.
    const child = fork(server, [], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const word = await hear(child);
      if (!('addresses' in word)) throw new Error(`expected addresses of serve-${name}`);
      const { addresses } = word;
      const figures = await measure(client, [
        JSON.stringify(load),
        String(child.pid),
        ...addresses,
      ]);
      return { ...figures, ...(await askHeap(child)) };
    } finally {
      child.kill('SIGKILL');
    }
  };
}

async function askHeap(server: ChildProcess): Promise<Figures> {
  const heard = hear(server);
  server.send('heap');
  const word = await heard;
  if (!('heapBytes' in word)) throw new Error('expected the size of a heap');
  return { serverHeapBytes: word.heapBytes };
}

/** @throws Error if it ends without a word. */
async function hear(server: ChildProcess): Promise<ServerWord> {
  const [heard] = await Promise.race([once(server, 'message'), once(server, 'exit')]);
  if (typeof heard === 'object' && heard !== null) return heard as ServerWord; // It says nothing else.
  throw new Error(`the server ended with ${heard}, see above`);
}
