import { liveBytes } from '../meter.ts';

/** What a server's process says. */
export type ServerWord =
  /** It answers at these addresses, `host:port`. */
  | { readonly addresses: readonly string[] }
  /** What is alive on its heap, as it was asked. */
  | { readonly heapBytes: number };

/** The server's process of a pair: listens, and until it is ended says how large its heap is as often as it is asked. */
export function runServer(listen: () => Promise<readonly string[]>): void {
  const say = (word: ServerWord): void => {
    process.send?.(word);
  };
  process.on('message', async () => say({ heapBytes: await liveBytes() }));
  listen().then(
    (addresses) => say({ addresses }),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
}
