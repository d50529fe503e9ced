import type { ClientWritableStream } from '@grpc/grpc-js';
import type { MessageInit } from './method.ts';

/**
 * Sends every request as fast as the other side reads, until there are no more or the call is over.
 *
 * @throws what `requests` threw.
 */
export async function send(
  call: ClientWritableStream<MessageInit>,
  requests: AsyncIterable<MessageInit>,
): Promise<void> {
  let over = false;
  let wake = (): void => {};
  call.once('status', () => {
    over = true;
    wake();
  });
  /** Waits for either; racing with one promise for the whole call would keep every one of them. */
  const unlessOver = <T>(work: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      work.then(resolve, reject);
    });

  const source = requests[Symbol.asyncIterator]();
  try {
    while (!over) {
      const next = await unlessOver(source.next());
      if (over || next === undefined) return;
      if (next.done) break;
      if (!call.write(next.value))
        await unlessOver(new Promise<void>((drained) => call.once('drain', drained)));
    }
    call.end();
  } finally {
    // It may be waiting for something that never comes; nobody waits for it in turn.
    Promise.resolve(source.return?.()).catch(() => {});
  }
}
