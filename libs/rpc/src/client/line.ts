import type { Member } from '../balancer/member.ts';
import type { Wish } from '../balancer/wish.ts';
import { type Attempt, silence } from './attempt.ts';
import { askWhetherAlive } from './health-question.ts';

/** After so long without a word while a call waits for its one answer, a node is asked. */
const patienceMs = 500;
/** The same where only streams wait, which may have nothing to say. */
const streamPatienceMs = 10_000;
/** How long it has to answer the question, and how long after a silence it is asked again. */
const answerWithinMs = 500;
const streamAnswerWithinMs = 3_000;
const askAgainMs = 1_000;

export interface LineOptions {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Hears that calls wait where none did: from now on somebody has to `check`. */
  readonly onBusy: (line: Line) => void;
  /** Whether a call could go to another node. */
  readonly isAnother: (member: Member, wish: Wish) => boolean;
}

/**
 * What is on the way to one node, to find out that the node is hung. A frozen process keeps its
 * connections, so nothing tells, and HTTP/2 pings may not be sent as often as that would take: servers in
 * Go allow one in five minutes. So a node from which nothing comes while calls wait is asked for its
 * health, which is a call like any other; one that answers is alive, and its handler slow. One that says it
 * does not serve gets no more calls, and is left to finish those it has.
 */
export class Line {
  readonly member: Member;
  /** The answer of a pick that chose it; made once, for picks are many. */
  readonly picked = { line: this };
  readonly #attempts = new Set<Attempt>();
  readonly #options: LineOptions;
  #quietSince = 0;
  #asking = false;
  #left: 'silent' | 'refuses' | undefined;
  #askNextAt = 0;

  constructor(member: Member, options: LineOptions) {
    this.member = member;
    this.#options = options;
  }

  /** Whether nothing waits here. */
  get idle(): boolean {
    return this.#attempts.size === 0 && (!this.#left || this.member.connection.state === 'closed');
  }

  begin(attempt: Attempt): void {
    if (this.#attempts.size === 0) {
      this.#quietSince = this.#options.now();
      this.#options.onBusy(this);
    }
    this.#attempts.add(attempt);
  }

  end(attempt: Attempt): void {
    this.#attempts.delete(attempt);
  }

  /** Something came from the node. */
  heard(): void {
    this.#quietSince = this.#options.now();
    if (!this.#left) return;
    this.#left = undefined;
    this.member.heard();
  }

  /** Looks whether the node has to be asked, from time to time. */
  check(): void {
    const now = this.#options.now();
    if (this.#asking || now < this.#askNextAt) return;
    const quietMs = now - this.#quietSince;
    const urgent = this.#left !== undefined || this.#waitsForOne();
    if (!this.#left && quietMs < (urgent ? patienceMs : streamPatienceMs)) return;
    if (this.#left === 'silent') this.#moveCalls(quietMs > streamPatienceMs);
    this.#ask(urgent ? answerWithinMs : streamAnswerWithinMs);
  }

  #waitsForOne(): boolean {
    for (const { streamed } of this.#attempts) if (!streamed) return true;
    return false;
  }

  #ask(withinMs: number): void {
    this.#asking = true;
    askWhetherAlive(this.member.connection, withinMs, (answer) => {
      this.#asking = false;
      this.#askNextAt = this.#options.now() + askAgainMs;
      if (answer === 'alive') this.heard();
      if (answer === 'refuses') this.#leaveOut('refuses');
      // If something else came meanwhile it is not silent.
      if (answer === 'silent' && this.#options.now() - this.#quietSince >= withinMs) {
        this.#leaveOut('silent');
        this.#moveCalls(false);
      }
    });
  }

  #leaveOut(why: 'silent' | 'refuses'): void {
    if (why === 'refuses') this.#quietSince = this.#options.now();
    this.#left = why;
    // Said again each time: a new connection has the member forget it.
    this.member.silent();
  }

  /** @param long Whether streams have waited long enough to be taken for dead, as keepalive would do. */
  #moveCalls(long: boolean): void {
    for (const attempt of [...this.#attempts])
      if (long && attempt.streamed) attempt.giveUp(silence);
      // Where nobody else is, a call is better off waiting.
      else if (this.#options.isAnother(this.member, attempt.wish)) attempt.move();
  }

  /** Ends all calls: nobody will wait for them any more. @param why For those who did. */
  cutOff(why: string): void {
    for (const attempt of [...this.#attempts]) attempt.giveUp(why);
  }
}
