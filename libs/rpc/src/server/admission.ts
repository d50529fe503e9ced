import { AsyncResource } from 'node:async_hooks';
import { RpcError } from '../errors.ts';
import { shedTrailer } from '../metadata.ts';

/** A call on its way to a handler. */
export interface Guest {
  /** Where it is; for the admission alone to change. */
  place: Place;
  /** Lets a handler see it. Must not throw. */
  begin(): void;
}

/** `outside`: it has no place yet, or no more. */
export type Place = 'outside' | 'waiting' | 'inside';

/** A handler that goes on though its caller has left keeps its place for so long: one that never ends would keep it for ever. */
const keptMs = 5_000;

/**
 * Lets a number of handlers run at once. A few calls wait, for a moment's crowd is not too much work;
 * what is more is refused at once, while its caller has time to ask another node. Without that a server
 * that falls behind would answer everybody, and too late.
 */
export class Admission {
  /** What those are told whom there is no room for. One for all: making an error costs more than refusing. */
  readonly refusal: RpcError;
  readonly #maxInside: number;
  readonly #maxWaiting: number;
  #inside = 0;
  readonly #waiting = new Map<Guest, () => void>();

  /**
   * @param name The service's, who says so.
   * @param maxInside Handlers at once. A tenth of it may wait, at least 10 and at most 100 calls.
   */
  constructor(name: string, maxInside: number) {
    this.#maxInside = maxInside;
    this.#maxWaiting = Math.min(100, Math.max(10, Math.floor(maxInside / 10)));
    this.refusal = new RpcError(
      429,
      `too busy: no more than ${maxInside} at once are in work here`,
      {
        id: name,
        metadata: { [shedTrailer]: '1' },
      },
    );
  }

  /** Calls that wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Lets a call begin, now or when there is room.
   *
   * @returns Whether it may; if not, it is to be refused.
   */
  admit(guest: Guest): boolean {
    if (this.#inside < this.#maxInside) {
      this.#enter(guest);
      guest.begin();
      return true;
    }
    if (this.#waiting.size >= this.#maxWaiting) return false;
    guest.place = 'waiting';
    // It will begin when another call ends, and is no part of that one.
    this.#waiting.set(
      guest,
      AsyncResource.bind(() => guest.begin()),
    );
    return true;
  }

  /** The handler is done. */
  done(guest: Guest): void {
    if (guest.place !== 'inside') return;
    guest.place = 'outside';
    this.#inside--;
    this.#admitNext();
  }

  /** Nobody waits for the call's answer any more. */
  left(guest: Guest): void {
    if (guest.place === 'inside') setTimeout(() => this.done(guest), keptMs).unref();
    else if (this.#waiting.delete(guest)) guest.place = 'outside';
  }

  #enter(guest: Guest): void {
    guest.place = 'inside';
    this.#inside++;
  }

  #admitNext(): void {
    for (const [guest, begin] of this.#waiting) {
      this.#waiting.delete(guest);
      this.#enter(guest);
      begin();
      return;
    }
  }
}
