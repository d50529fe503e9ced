import type { Node } from '@micro/registry';
import type { Connection, ConnectionState } from '../transport/transport.ts';
import type { Member } from './member.ts';
import { createMembers, type Members, type MembersOptions } from './members.ts';
import type { PickOptions } from './pick.ts';

/** A connection that is in the state a test puts it in. */
export interface TrialConnection extends Connection {
  readonly address: string;
  /** How often it was told to connect. */
  readonly connects: number;
  become(state: ConnectionState, cause?: string): void;
}

/** Members over connections without a network, at a time that stands still until it is moved. */
export interface Trial {
  readonly members: Members;
  /** Those that were made and are not closed. */
  readonly open: ReadonlySet<TrialConnection>;
  /** How many were made. */
  readonly made: number;
  /** What the meter was told: `ejected failing`. */
  readonly told: readonly string[];
  advance(ms: number): void;
  now(): number;
  connectionTo(address: string): TrialConnection;
  /** Picks, and fails if nobody can be picked. */
  pick(options?: PickOptions): Member;
  /** One call after the other, each answered after `tookMs`. @returns How many each address got. */
  calls(count: number, tookMs?: number, options?: PickOptions): Record<string, number>;
  /** Calls that fail on one member. */
  fail(member: Member, times: number, cause?: string): void;
  member(address: string): Member;
}

/** @param ready Whether connections are made at once. */
export function createTrial(options: Partial<MembersOptions> & { ready?: boolean } = {}): Trial {
  const { ready = true } = options;
  const open = new Set<TrialConnection>();
  const told: string[] = [];
  let time = 0;
  let made = 0;
  const now = (): number => time;
  const members = createMembers({
    clientId: 'caller-1',
    random: createRandom(1),
    now,
    meter: {
      picked: () => {},
      retried: (reason) => told.push(`retried ${reason}`),
      ejected: (reason) => told.push(`ejected ${reason}`),
      readmitted: () => told.push('readmitted'),
    },
    connect(address, onState) {
      made++;
      const connection = createConnection(address, onState, ready, () => open.delete(connection));
      open.add(connection);
      return connection;
    },
    ...options,
  });

  const trial: Trial = {
    members,
    open,
    told,
    now,
    get made() {
      return made;
    },
    advance(ms) {
      time += ms;
    },
    connectionTo(address) {
      for (const connection of open) if (connection.address === address) return connection;
      throw new Error(`no connection to ${address}`);
    },
    member(address) {
      for (const member of members.all) if (member.address === address) return member;
      throw new Error(`no member ${address}`);
    },
    pick(wish) {
      const { member, wait, none } = members.pick(wish);
      if (!member) throw new Error(`expected a member, got ${wait ? 'wait' : none}`);
      return member;
    },
    calls(count, tookMs = 1, wish = {}) {
      const got: Record<string, number> = {};
      for (let n = 0; n < count; n++) {
        const member = trial.pick(wish);
        got[member.address] = (got[member.address] ?? 0) + 1;
        const started = member.begin();
        time += tookMs;
        member.end(started, 'answered');
      }
      return got;
    },
    fail(member, times, cause) {
      for (let n = 0; n < times; n++) member.end(member.begin(), 'failed', cause);
    },
  };
  return trial;
}

/** Nodes of one service, `10.0.0.1:9090` and so on. */
export function nodesOf(
  count: number,
  more: (index: number) => Partial<Node> = () => ({}),
): Node[] {
  return Array.from({ length: count }, (_, index) => nodeAt(index + 1, more(index)));
}

/** The node `a-<number>`. */
export function nodeAt(number: number, more: Partial<Node> = {}): Node {
  return {
    id: `a-${number}`,
    service: 'a',
    version: '1',
    address: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}:9090`,
    metadata: { protocol: 'grpc' },
    endpoints: [],
    ...more,
  };
}

/** Numbers from 0 to below 1, the same for the same seed: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What this thread has worked so far, in milliseconds: unlike time it does not grow while others run. */
export function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function createConnection(
  address: string,
  onState: (state: ConnectionState, cause?: string) => void,
  ready: boolean,
  onClosed: () => void,
): TrialConnection {
  let state: ConnectionState = 'idle';
  let connects = 0;
  const become = (next: ConnectionState, cause?: string): void => {
    state = next;
    onState(next, cause);
  };
  return {
    address,
    get state() {
      return state;
    },
    get connects() {
      return connects;
    },
    become,
    connect() {
      connects++;
      become('connecting');
      if (ready) become('ready');
    },
    call() {
      throw new Error('nothing is called here');
    },
    close() {
      onClosed();
      become('closed');
    },
  };
}
