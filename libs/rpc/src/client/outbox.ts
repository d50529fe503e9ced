import type { OutgoingCall } from '../transport/transport.ts';

/** The requests of a call, to be sent again from the first on when another node is tried. */
export interface Outbox {
  /** Whether they can all still be sent once more. */
  readonly complete: boolean;
  /** Sends them on a call, and what is sent from now on too. */
  feed(call: OutgoingCall): void;
  /** They were heard: what was sent need not be kept. */
  settle(): void;
  /** No more are wanted. */
  close(): void;
}

/** The one request of a call. */
export function singleRequest(bytes: Uint8Array): Outbox {
  return {
    complete: true,
    feed(call) {
      call.send(bytes);
      call.finish();
    },
    settle() {},
    close() {},
  };
}

/** Of a stream this much is kept, in bytes, until somebody has answered. */
const maxKeptBytes = 64 * 1024;

/**
 * Requests as they come, sent as fast as the other side reads.
 *
 * @param onFailure Hears what `requests` threw.
 */
export function streamedRequests(
  requests: AsyncIterable<Uint8Array>,
  onFailure: (thrown: unknown) => void,
): Outbox {
  return new StreamedRequests(requests, onFailure);
}

class StreamedRequests implements Outbox {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onFailure: (thrown: unknown) => void;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #taken = 0;
  #taking: Promise<Uint8Array | undefined> | undefined;
  #call: OutgoingCall | undefined;
  #wake = (): void => {};
  #closed = false;
  complete = true;

  constructor(requests: AsyncIterable<Uint8Array>, onFailure: (thrown: unknown) => void) {
    this.#source = requests[Symbol.asyncIterator]();
    this.#onFailure = onFailure;
  }

  feed(call: OutgoingCall): void {
    this.#call = call;
    this.#wake();
    void this.#sendAll(call);
  }

  settle(): void {
    this.complete = false;
    this.#kept = []; // Another one: who sends those of before goes on.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#call = undefined;
    this.#wake();
    // It may be waiting for something that never comes; nobody waits for it in turn.
    Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  /** Until there are no more, or this call is no longer the one. */
  async #sendAll(call: OutgoingCall): Promise<void> {
    const kept = this.#kept;
    try {
      for (let at = 0; ; at++) {
        const message = await (kept[at] ?? this.#take(at));
        if (call !== this.#call) return;
        if (!message) break;
        await this.#write(call, message);
        if (call !== this.#call) return;
      }
      call.finish();
    } catch (thrown) {
      this.#onFailure(thrown);
    }
  }

  /** The next of the source: the one two calls ask for after each other is taken once. */
  #take(at: number): Promise<Uint8Array | undefined> {
    if (at >= this.#taken) {
      this.#taken++;
      this.#taking = this.#next();
    }
    return this.#taking ?? Promise.resolve(undefined);
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#source.next();
    if (done) return undefined;
    if (this.complete) {
      this.#kept.push(value);
      this.#keptBytes += value.byteLength;
      if (this.#keptBytes > maxKeptBytes) this.settle();
    }
    return value;
  }

  /** Resolves when there is room for another, or nobody sends on this call any more. */
  #write(call: OutgoingCall, message: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      call.send(message, resolve);
    });
  }
}
