import type { Member } from '../balancer/member.ts';
import type { RetryReason } from '../balancer/meter.ts';
import type { Wish } from '../balancer/wish.ts';
import { RpcError } from '../errors.ts';
import type { Method } from '../method.ts';
import type { Span } from '../tracing.ts';
import { Code } from '../transport/code.ts';
import type { CallEnd, Metadata } from '../transport/transport.ts';
import { Attempt } from './attempt.ts';
import { callerId } from './caller-id.ts';
import type { Destination } from './destination.ts';
import { type Limits, lateError } from './limits.ts';
import type { Outbox } from './outbox.ts';
import { maxTries, retryDelayMs, retryReason } from './retry.ts';

/** Who hears of a call. `end` is the last, and comes once. */
export interface Sink {
  /** The call is made once more: what came so far does not count. */
  again?(): void;
  message(bytes: Uint8Array): void;
  /** Without an error it went well. */
  end(error: RpcError | undefined): void;
}

/** Node's timers hold no more. */
const maxTimerMs = 2 ** 31 - 1;

/** One call, over as many attempts as it takes. */
export class Call {
  readonly #destination: Destination;
  readonly #method: Method;
  readonly #limits: Limits;
  readonly #outbox: Outbox;
  readonly #sink: Sink;
  #attempt: Attempt | undefined;
  #tried: Set<Member> | undefined;
  #tries = 0;
  #retries = 0;
  #heard = false;
  #paid = false;
  #header: (() => Metadata) | undefined;
  #over = false;
  #metadata: Metadata;
  #span: Span | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopWaiting = (): void => {};

  constructor(
    destination: Destination,
    method: Method,
    limits: Limits,
    outbox: Outbox,
    sink: Sink,
  ) {
    this.#destination = destination;
    this.#method = method;
    this.#limits = limits;
    this.#outbox = outbox;
    this.#sink = sink;
    this.#metadata = limits.metadata;
  }

  /** Whether many responses may come. */
  get streamed(): boolean {
    return this.#method.responseStream;
  }

  /** Whether it is better made elsewhere when its node is silent; then its retry is paid for. */
  mayMove(): boolean {
    const may = this.#repeatable && this.#isWhole && this.#tries < maxTries;
    this.#paid ||= may && this.#destination.budget.take();
    return this.#paid;
  }

  /** Which nodes will do. */
  get wish(): Wish {
    return this.#limits.wish;
  }

  start(): void {
    const { signals } = this.#limits;
    if (signals.some(({ aborted }) => aborted)) {
      this.cancel();
      return;
    }
    for (const signal of signals) signal.addEventListener('abort', this.cancel);
    this.#trace();
    this.#destination.budget.called();
    this.#try();
  }

  /** Asks for one more message; the first comes unasked. */
  read(): void {
    this.#attempt?.read();
  }

  /** Ends it from this side. */
  readonly cancel = (): void => {
    const cause: unknown = this.#limits.signals.find(({ aborted }) => aborted)?.reason;
    this.fail(new RpcError(499, 'the caller is gone', { id: callerId, cause }));
  };

  /** Ends it from this side, with an error of its own. */
  fail(error: RpcError): void {
    const attempt = this.#attempt;
    this.#end(error);
    attempt?.cancel();
  }

  header(attempt: Attempt, read: () => Metadata): void {
    if (attempt !== this.#attempt) return;
    this.#header = read;
    if (this.streamed) this.#settle();
  }

  message(attempt: Attempt, bytes: Uint8Array): void {
    if (attempt !== this.#attempt) return;
    if (this.streamed) this.#settle();
    this.#sink.message(bytes);
  }

  attemptEnded(attempt: Attempt, end: CallEnd): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = undefined;
    const reason = end.code === Code.OK ? undefined : this.#whyAgain(end);
    if (reason) this.#tryAgain(attempt.line.member, reason);
    else this.#end(end.code === Code.OK ? undefined : this.#explain(end), end);
  }

  get #repeatable(): boolean {
    return this.#method.idempotent && this.#retries < this.#limits.retries;
  }

  #trace(): void {
    const { service, tracer } = this.#destination;
    if (!tracer) return;
    const { endpoint } = this.#method;
    const metadata = this.#metadata;
    this.#span = tracer.client({ service, endpoint, metadata }, this.#limits.parent);
    this.#metadata = { ...metadata, ...this.#span.metadata };
  }

  #try(): void {
    const { wish, waitForReady, deadline } = this.#limits;
    if (this.#tries > 0 && Date.now() >= deadline) {
      this.#failSoon(lateError(this.#destination.service, this.#limits));
      return;
    }
    const picked = this.#destination.pick(wish, this.#tried);
    if (picked.line) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#tries++;
      const head = { metadata: this.#metadata, deadline };
      this.#attempt = new Attempt(this, picked.line, this.#method.path, head, this.#outbox);
      this.#attempt.read();
    } else if (!picked.closed && (picked.none === undefined || waitForReady)) this.#wait();
    else this.#failSoon(new RpcError(503, picked.none ?? '', { id: callerId }));
  }

  /** Not at once: who calls again and again would let nothing else happen, and wait for it. */
  #failSoon(error: RpcError): void {
    setImmediate(() => this.#end(error));
  }

  /** Until there is somebody to call, or no more time. */
  #wait(): void {
    this.#stopWaiting = this.#destination.onceChanged(() => this.#try());
    if (this.#timer) return;
    const { service } = this.#destination;
    const why = ': no node of it could be called';
    const late = (): void => this.#end(lateError(service, this.#limits, why));
    // It also keeps the process alive, which a connection that is being made does not.
    this.#timer = setTimeout(late, Math.min(this.#limits.deadline - Date.now(), maxTimerMs));
  }

  #whyAgain(end: CallEnd): RetryReason | undefined {
    if (!this.#isWhole || this.#tries >= maxTries) return;
    if (Date.now() >= this.#limits.deadline) return;
    const reason = retryReason(end, this.#repeatable);
    const costs = (reason === 'processed' || reason === 'shed') && !this.#paid;
    return costs && !this.#destination.budget.take() ? undefined : reason;
  }

  /** On another node at once; where all have been tried, after a while. */
  #tryAgain(member: Member, reason: RetryReason): void {
    if (reason === 'processed') this.#retries++;
    this.#paid = false;
    this.#header = undefined;
    this.#sink.again?.();
    this.#destination.meter.retried(reason);
    this.#tried ??= new Set();
    const again = this.#tried.has(member);
    this.#tried.add(member);
    const delayMs = again ? retryDelayMs(this.#tries - this.#tried.size) : 0;
    if (delayMs === 0) this.#try();
    else {
      const timer = setTimeout(() => this.#try(), delayMs);
      this.#stopWaiting = () => clearTimeout(timer);
    }
  }

  /** Whether nobody has seen anything of an answer yet, and all requests can be sent once more. */
  get #isWhole(): boolean {
    return !this.#heard && this.#outbox.complete;
  }

  /** From the first sign of a stream on there is no other attempt; one response is shown when it is whole. */
  #settle(): void {
    if (this.#heard) return;
    this.#heard = true;
    this.#outbox.settle();
    try {
      this.#tellHeader();
    } catch (thrown) {
      this.fail(RpcError.from(thrown, callerId));
    }
  }

  #tellHeader(): void {
    const read = this.#header;
    this.#header = undefined;
    if (read) this.#limits.onHeader?.(read());
  }

  #explain(end: CallEnd): RpcError {
    const late = end.code === Code.DEADLINE_EXCEEDED && Date.now() >= this.#limits.deadline;
    return late
      ? lateError(this.#destination.service, this.#limits)
      : RpcError.fromEnd(end, callerId);
  }

  #end(error: RpcError | undefined, end?: CallEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#attempt = undefined;
    clearTimeout(this.#timer);
    this.#stopWaiting();
    this.#outbox.close();
    for (const signal of this.#limits.signals) signal.removeEventListener('abort', this.cancel);
    const told = this.#tell(end);
    const outcome = error ?? told;
    this.#span?.end({ code: outcome?.grpcCode ?? Code.OK });
    this.#sink.end(outcome);
  }

  /** @returns What the caller's own listeners threw, if they did: it is no reason for a process to end. */
  #tell(end: CallEnd | undefined): RpcError | undefined {
    try {
      this.#tellHeader();
      this.#limits.onTrailer?.(end?.metadata ?? {});
      return undefined;
    } catch (thrown) {
      return RpcError.from(thrown, callerId);
    }
  }
}
