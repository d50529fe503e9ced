import type { Answered } from './answered.ts';
import { Latency } from './latency.ts';
import { Rate } from './rate.ts';

/** Calls of one method by one caller. */
export interface CallCounts {
  readonly endpoint: string;
  /** Empty where it does not say its name. */
  readonly caller: string;
  readonly requests: number;
  /** Requests that did not end well. */
  readonly errors: number;
  readonly latency: Latency;
  readonly rate: Rate;
}

/** A stranger can say any name: beyond so many, callers are counted together. */
const maxCallers = 100;
/** The name of those. */
const others = 'others';

/**
 * Who calls what, how often, how well and how fast. Cheap enough for every call: two look-ups and a few
 * additions, and no memory but for a method that a caller calls for the first time.
 */
export class Statistics {
  readonly #now: () => number;
  readonly #callers = new Map<string, Caller>();

  /** @param now Milliseconds of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  count({ endpoint, caller = '', code, durationMs }: Answered): void {
    const now = this.#now();
    const counted = this.#countedOf(caller, endpoint, now);
    counted.requests++;
    if (code !== 200) counted.errors++;
    counted.latency.add(durationMs);
    counted.rate.add(now);
  }

  get calls(): readonly CallCounts[] {
    return [...this.#callers.values()].flatMap(({ counted }) => [...counted.values()]);
  }

  #countedOf(caller: string, endpoint: string, now: number): Counted {
    const { name, counted } = this.#callers.get(caller) ?? this.#add(caller);
    let counts = counted.get(endpoint);
    if (!counts) {
      const [latency, rate] = [new Latency(), new Rate(now)];
      counts = { endpoint, caller: name, requests: 0, errors: 0, latency, rate };
      counted.set(endpoint, counts);
    }
    return counts;
  }

  #add(caller: string): Caller {
    const name = this.#callers.size < maxCallers ? caller : others;
    const known = this.#callers.get(name);
    if (known) return known;
    const added = { name, counted: new Map<string, Counted>() };
    this.#callers.set(name, added);
    return added;
  }
}

interface Caller {
  readonly name: string;
  /** By endpoint: of those there are as many as the server has methods. */
  readonly counted: Map<string, Counted>;
}

type Counted = { -readonly [Key in keyof CallCounts]: CallCounts[Key] };
