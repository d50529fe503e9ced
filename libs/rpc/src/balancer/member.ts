import type { Node } from '@micro/registry';
import type { Connection, ConnectionState } from '../transport/transport.ts';
import { Ejection, type Outcome } from './ejection.ts';
import { Latency } from './latency.ts';

/** How long a node that came later takes to get its full share, and what it begins with. */
export const slowStartMs = 10_000;
const firstShare = 0.1;
/** A connection is made so often at most, unless a call waits for it. */
const briefMs = 1_000;

export interface MemberOptions {
  readonly node: Node;
  /** Makes the connection; changes of its state are told with their cause, where there is one. */
  readonly connect: (
    address: string,
    onState: (state: ConnectionState, cause?: string) => void,
  ) => Connection;
  /** Whether others carry the load while it is new, so that it can begin with less. */
  readonly isLate: () => boolean;
  /** Something changed that decides whether it can be picked. */
  readonly onChange: () => void;
  /** It was removed, and has neither calls nor a connection any more. */
  readonly onGone: (member: Member) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/**
 * One address a client keeps a connection to. Whoever makes a call on it says so with `begin` and `end`:
 * what is outstanding, how long answers take and what fails decides who gets the next call.
 */
export class Member {
  readonly address: string;
  /** The answer of a pick that chose it; made once, for picks are many. */
  readonly picked: { readonly member: Member } = { member: this };
  readonly connection: Connection;
  readonly #options: MemberOptions;
  readonly #latency = new Latency();
  readonly #ejection = new Ejection();
  #node: Node;
  #state: ConnectionState = 'idle';
  #cause = '';
  #outstanding = 0;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #readyAt = Number.NEGATIVE_INFINITY;
  #warmsFrom: number | undefined;
  #leaving = false;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#node = options.node;
    this.address = options.node.address;
    this.connection = options.connect(this.address, (state, cause = '') =>
      this.#changed(state, cause),
    );
    this.#state = this.connection.state;
  }

  /** The registration of the address, as last heard. */
  get node(): Node {
    return this.#node;
  }

  /** The zone it says it is in; undefined if it does not say. */
  get zone(): string | undefined {
    return this.#node.metadata['zone'];
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Why its connection, or the last call that failed with it, did; empty if nobody said. */
  get cause(): string {
    return this.#cause;
  }

  /** How many calls are on their way. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** What speaks against it. */
  get ejection(): Ejection {
    return this.#ejection;
  }

  get latency(): Latency {
    return this.#latency;
  }

  /** How long ago it was connected first, in milliseconds; below 0 if it never was. */
  ageMs(now: number): number {
    return this.#readyAt === Number.NEGATIVE_INFINITY ? -1 : now - this.#readyAt;
  }

  /** What part of a full share of calls it gets, from 0.1 to 1: it may have to fill caches first. */
  weight(now: number): number {
    if (this.#warmsFrom === undefined) return 1;
    const share = firstShare + ((now - this.#warmsFrom) / slowStartMs) * (1 - firstShare);
    if (share < 1) return share;
    this.#warmsFrom = undefined;
    return 1;
  }

  /** Whether it is still getting less than a full share. */
  get warming(): boolean {
    return this.#warmsFrom !== undefined;
  }

  /** Takes a newer registration of the address. */
  update(node: Node): void {
    // Another id is another process: what the one before did is not its fault.
    if (node.id !== this.#node.id) this.#ejection.reset();
    this.#node = node;
  }

  /** When `connect` does something, on the same clock; Infinity unless its connection is idle. */
  get connectsAt(): number {
    if (this.#state !== 'idle' || this.#leaving) return Number.POSITIVE_INFINITY;
    return this.#connectedAt + briefMs;
  }

  /** Makes an idle connection work again; one that breaks again and again once a second, unless it is `wanted`. */
  connect(wanted = false): void {
    const now = this.#options.now();
    const at = this.connectsAt;
    if (wanted ? at === Number.POSITIVE_INFINITY : at > now) return;
    this.#connectedAt = now;
    this.connection.connect();
  }

  /** A call begins. @returns When, for `end`. */
  begin(): number {
    this.#outstanding++;
    return this.#options.now();
  }

  /**
   * The call is over, whatever came of it. Once a `begin`.
   *
   * @param cause Why it failed, for people.
   */
  end(started: number, outcome: Outcome, cause = ''): void {
    const now = this.#options.now();
    this.#outstanding--;
    if (outcome === 'answered') this.#latency.observe(now - started, now);
    if (outcome === 'failed' && cause !== '') this.#cause = cause;
    if (this.#ejection.ended(outcome, started, now)) this.#options.onChange();
    this.#close();
  }

  /** Nothing comes from it although calls wait, or it says that it does not serve. */
  silent(): void {
    if (this.#ejection.silence()) this.#options.onChange();
  }

  /** Something came from it. */
  heard(): void {
    if (this.#ejection.heard()) this.#options.onChange();
  }

  /** No more calls; its connection is closed when those on their way are over. */
  leave(): void {
    this.#leaving = true;
    this.#close();
  }

  /** It is wanted again before it was gone. */
  stay(): void {
    this.#leaving = false;
    this.connect(true);
  }

  #close(): void {
    if (!this.#leaving || this.#outstanding > 0) return;
    this.#options.onGone(this);
    this.connection.close();
  }

  #changed(state: ConnectionState, cause: string): void {
    if (state === this.#state) return;
    const now = this.#options.now();
    this.#state = state;
    if (cause !== '') this.#cause = cause;
    if (state === 'ready') {
      if (this.#readyAt === Number.NEGATIVE_INFINITY) {
        if (this.#options.isLate()) this.#warmsFrom = now;
        this.#readyAt = now;
      }
      this.#ejection.renewed(now);
    }
    if (state === 'idle') this.connect();
    this.#options.onChange();
  }
}
