import type { Member } from '../balancer/member.ts';
import type { Attempt } from './attempt.ts';
import { askWhetherAlive } from './health-question.ts';

/** After so long without a word while a call waits for its one answer, a node is asked. */
export const patienceMs = 500;
/** The same where only streams wait, which may have nothing to say. */
export const streamPatienceMs = 10_000;
/** How long it has to answer the question, and how long after a silence it is asked again. */
const answerWithinMs = 500;
const streamAnswerWithinMs = 3_000;
const askAgainMs = 1_000;

/**
 * What is on the way to one node, to find out that the node is hung. A frozen process keeps its
 * connections, so nothing tells, and HTTP/2 pings may not be sent as often as that would take: servers in
 * Go allow one in five minutes. So a node from which nothing comes while calls wait is asked for its
 * health, which is a call like any other; one that answers anything is alive, and its handler slow.
 */
export class Line {
  readonly member: Member;
  /** The answer of a pick that chose it; made once, for picks are many. */
  readonly picked = { line: this };
  readonly #attempts = new Set<Attempt>();
  readonly #now: () => number;
  readonly #onBusy: (line: Line) => void;
  #quietSince = 0;
  #asking = false;
  #silent = false;
  #askNextAt = 0;

  /** @param onBusy Hears that calls wait where none did: from now on somebody has to `check`. */
  constructor(member: Member, now: () => number, onBusy: (line: Line) => void) {
    this.member = member;
    this.#now = now;
    this.#onBusy = onBusy;
  }

  /** Whether nothing waits here. */
  get idle(): boolean {
    return this.#attempts.size === 0 && !this.#silent;
  }

  begin(attempt: Attempt): void {
    if (this.#attempts.size === 0) {
      this.#quietSince = this.#now();
      this.#onBusy(this);
    }
    this.#attempts.add(attempt);
  }

  end(attempt: Attempt): void {
    this.#attempts.delete(attempt);
  }

  /** Something came from the node. */
  heard(): void {
    this.#quietSince = this.#now();
    if (!this.#silent) return;
    this.#silent = false;
    this.member.heard();
  }

  /** Looks whether the node has to be asked, from time to time. */
  check(): void {
    const now = this.#now();
    if (this.#asking || now < this.#askNextAt) return;
    const quietMs = now - this.#quietSince;
    const urgent = this.#silent || this.#waitsForOne();
    if (!this.#silent && quietMs < (urgent ? patienceMs : streamPatienceMs)) return;
    if (this.#silent && quietMs > streamPatienceMs) this.#giveUpStreams();
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
      this.#askNextAt = this.#now() + askAgainMs;
      if (answer === 'alive') this.heard();
      // Something else came meanwhile, or the connection broke, which tells by itself.
      else if (answer === 'silent' && this.#now() - this.#quietSince >= withinMs)
        this.#fallSilent();
    });
  }

  #fallSilent(): void {
    if (!this.#silent) this.member.silent();
    this.#silent = true;
    for (const attempt of [...this.#attempts]) if (attempt.movable) attempt.giveUp(silence);
  }

  /** A stream that has waited so long is taken for dead, as keepalive would. */
  #giveUpStreams(): void {
    for (const attempt of [...this.#attempts]) if (attempt.streamed) attempt.giveUp(silence);
  }
}

const silence = 'the node says nothing';
