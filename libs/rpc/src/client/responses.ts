import type { RpcError } from '../errors.ts';
import type { Message } from '../method.ts';
import type { Call, Sink } from './call.ts';
import { unreadable } from './one-response.ts';

/**
 * The responses of a call, as they are asked for. The call begins with the first question; who
 * leaves the loop cancels it.
 *
 * @param begin Makes the call that tells `sink`.
 */
export function manyResponses(
  begin: (sink: Sink) => Call,
  read: (bytes: Uint8Array) => Message,
): AsyncIterableIterator<Message> {
  return new Responses(begin, read);
}

type Result = IteratorResult<Message, undefined>;

class Responses implements AsyncIterableIterator<Message> {
  readonly #begin: (sink: Sink) => Call;
  readonly #read: (bytes: Uint8Array) => Message;
  /** At most one is asked for ahead, and may come before it is wanted. */
  readonly #come: Uint8Array[] = [];
  readonly #askers: Array<PromiseWithResolvers<Result>> = [];
  #call: Call | undefined;
  #over = false;
  #error: RpcError | undefined;

  constructor(begin: (sink: Sink) => Call, read: (bytes: Uint8Array) => Message) {
    this.#begin = begin;
    this.#read = read;
  }

  async next(): Promise<Result> {
    if (!this.#call && !this.#over) this.#open();
    const asker = Promise.withResolvers<Result>();
    this.#askers.push(asker);
    this.#tell();
    return asker.promise;
  }

  async return(): Promise<Result> {
    this.#call?.cancel();
    this.#over = true;
    this.#error = undefined;
    this.#come.length = 0;
    this.#tell();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #open(): void {
    this.#call = this.#begin({
      message: (bytes) => {
        this.#come.push(bytes);
        this.#tell();
      },
      end: (error) => {
        this.#over = true;
        this.#error = error;
        this.#tell();
      },
    });
    this.#call.start();
  }

  /** Gives those who ask what has come. */
  #tell(): void {
    while (this.#askers.length > 0) {
      const bytes = this.#come.shift();
      if (bytes !== undefined) this.#give(bytes);
      else if (this.#over) this.#finish();
      else return;
    }
  }

  #give(bytes: Uint8Array): void {
    const asker = this.#askers.shift();
    if (!this.#over) this.#call?.read();
    try {
      asker?.resolve({ done: false, value: this.#read(bytes) });
    } catch (cause) {
      void this.return();
      asker?.reject(unreadable(cause));
    }
  }

  #finish(): void {
    const asker = this.#askers.shift();
    const error = this.#error;
    this.#error = undefined;
    if (error) asker?.reject(error);
    else asker?.resolve({ done: true, value: undefined });
  }
}
