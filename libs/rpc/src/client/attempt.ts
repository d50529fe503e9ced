import type { Outcome } from '../balancer/ejection.ts';
import type { Wish } from '../balancer/wish.ts';
import { Code } from '../transport/code.ts';
import type {
  CallEnd,
  CallEvents,
  CallHead,
  Metadata,
  OutgoingCall,
} from '../transport/transport.ts';
import type { Call } from './call.ts';
import type { Line } from './line.ts';
import type { Outbox } from './outbox.ts';
import { isShed } from './retry.ts';

/** One try of a call, at one node. */
export class Attempt implements CallEvents {
  readonly line: Line;
  readonly #call: Call;
  readonly #started: number;
  readonly #outgoing: OutgoingCall;
  #givenUp = false;

  constructor(call: Call, line: Line, path: string, head: CallHead, outbox: Outbox) {
    this.#call = call;
    this.line = line;
    this.#outgoing = line.member.connection.call(path, head, this);
    line.begin(this);
    this.#started = line.member.begin();
    outbox.feed(this.#outgoing);
  }

  /** Which nodes will do for the call. */
  get wish(): Wish {
    return this.#call.wish;
  }

  /** Whether many messages may come. */
  get streamed(): boolean {
    return this.#call.streamed;
  }

  read(): void {
    this.#outgoing.read();
  }

  cancel(): void {
    this.#outgoing.cancel(Code.CANCELLED, 'the caller is gone');
  }

  /** Makes the call elsewhere, where that is allowed: this node is silent. */
  move(): void {
    if (this.#call.mayMove()) this.giveUp(silence);
  }

  /** Ends it as if the connection had broken; the node is not to blame for more. @param why For the caller. */
  giveUp(why: string): void {
    this.#givenUp = true;
    this.#outgoing.cancel(Code.UNAVAILABLE, why);
  }

  header(read: () => Metadata): void {
    this.line.heard();
    this.#call.header(this, read);
  }

  message(bytes: Uint8Array): void {
    this.line.heard();
    this.#call.message(this, bytes);
  }

  end(end: CallEnd): void {
    this.line.end(this);
    // A silent node is left out as long as it is silent; it has not failed beyond that.
    const outcome = this.#givenUp ? 'cancelled' : outcomeOf(end);
    if (outcome === 'answered' || outcome === 'shed') this.line.heard();
    this.line.member.end(this.#started, outcome, end.detail);
    this.#call.attemptEnded(this, end);
  }
}

/** Why a call is given up that waits for a node that is hung. */
export const silence = 'the node says nothing';

/** What a call's end says of the node. */
function outcomeOf(end: CallEnd): Outcome {
  // Our own end of patience, perhaps before the call had left.
  if (end.code === Code.CANCELLED || end.code === Code.DEADLINE_EXCEEDED) return 'cancelled';
  if (end.code === Code.UNAVAILABLE || end.fate !== 'processed') return 'failed';
  return end.code === Code.RESOURCE_EXHAUSTED && isShed(end) ? 'shed' : 'answered';
}
