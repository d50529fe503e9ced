import { randomBytes } from 'node:crypto';
import type { DescMethod } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import { checkMetadata } from '../metadata.ts';
import type { Span, Tracer } from '../tracing.ts';
import { Code } from '../transport/code.ts';
import type { IncomingCall, Metadata } from '../transport/transport.ts';
import type { Admission, Guest, Place } from './admission.ts';
import type { Answered } from './answered.ts';
import { Context, type ContextOptions } from './context.ts';
import { writeResponse } from './messages.ts';

export interface AnswerOptions extends ContextOptions {
  /** The service's registered name: who errors come from. */
  readonly name: string;
  /** Hears of every call that ended. */
  readonly onAnswered?: (answered: Answered) => void;
  /** Makes a trace of calls. @default none */
  readonly tracer?: Tracer | undefined;
}

/** A method, and what it may take. */
export interface AnsweredMethod {
  readonly method: DescMethod;
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** Bytes of one response. */
  readonly maxBytes: number;
  /** Says when a handler may see a call. @default at once, however many there are */
  readonly admission?: Admission | undefined;
}

/** A caller whose deadline is so near did not leave: its own clock was quicker. */
const clockSlackMs = 20;

/** One call while it is answered. It ends once; what comes after that is dropped. */
export class Answering implements Guest {
  readonly context: Context;
  readonly span: Span | undefined;
  place: Place = 'outside';
  readonly #started = performance.now();
  readonly #call: IncomingCall;
  readonly #method: AnsweredMethod;
  readonly #work: (answering: Answering) => Promise<void>;
  readonly #options: AnswerOptions;
  #headerSent = false;
  #over = false;

  /** @param work Answers it, and never rejects. */
  constructor(
    call: IncomingCall,
    method: AnsweredMethod,
    options: AnswerOptions,
    work: (answering: Answering) => Promise<void>,
  ) {
    this.#call = call;
    this.#method = method;
    this.#options = options;
    this.#work = work;
    this.span = options.tracer?.server({
      service: options.name,
      endpoint: method.endpoint,
      metadata: call.metadata,
    });
    this.context = new Context(call, options, this.span);
    call.onCancelled(() => this.#leave());
  }

  get over(): boolean {
    return this.#over;
  }

  /** Answers it once there is room for it; if nobody waits for it any more, it is over. */
  start(): void {
    const { admission } = this.#method;
    if (this.#isPast(0))
      this.fail(new RpcError(504, 'the deadline was over before the call began'));
    else if (!admission) this.begin();
    else if (!admission.admit(this)) this.fail(admission.refusal);
  }

  begin(): void {
    void (this.span ? this.span.run(() => this.#work(this)) : this.#work(this));
  }

  /** The handler is done, whether or not the call is over. */
  done(): void {
    this.#method.admission?.done(this);
  }

  /**
   * @param response What the handler answered, whatever that is.
   * @returns A promise if the caller does not keep up: wait for it before the next.
   * @throws what is wrong with it.
   */
  send(response: unknown): Promise<void> | undefined {
    if (this.#over) return undefined;
    const bytes = writeResponse(this.#method.method, response, this.#method.maxBytes);
    this.#sendHeader();
    return this.#call.send(bytes);
  }

  /** Ends the call as it should. */
  succeed(): void {
    if (!this.#over) this.#end(undefined);
  }

  /** Ends the call with what was thrown, or with an id where that is not for callers. */
  fail(thrown: unknown): void {
    if (!this.#over) this.#end(this.#explain(thrown));
  }

  /** The caller is gone, or its deadline is over: what is left to do is to stop. */
  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    const { name: id } = this.#options;
    const reason = this.#isPast(clockSlackMs)
      ? new RpcError(504, 'the deadline is over', { id })
      : new RpcError(499, 'the caller is gone', { id });
    this.#method.admission?.left(this);
    this.context.abort(reason);
    this.#report({ error: reason });
  }

  #end(failure: Failure | undefined): void {
    let failed = failure;
    let trailer: Metadata = {};
    try {
      this.#sendHeader();
      trailer = sendable({ ...this.context.filled.trailer, ...failed?.error.trailer });
    } catch (mistake) {
      // An error is worth more than what goes along with it.
      failed ??= this.#explain(mistake);
    }
    this.#over = true;
    if (failed) {
      const { code, detail, metadata } = failed.error.toEnd();
      this.#call.end(code, detail, { ...trailer, ...metadata });
    } else this.#call.end(Code.OK, '', trailer);
    this.#report(failed);
  }

  #sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    const { header } = this.context.filled;
    if (header) this.#call.sendHeader(sendable(header));
  }

  #explain(thrown: unknown): Failure {
    const { name } = this.#options;
    if (thrown instanceof RpcError) return { error: RpcError.from(thrown, name) };
    const id = randomBytes(4).toString('hex');
    const detail = `internal error (id ${id})`;
    return { error: new RpcError(500, detail, { id: name, cause: thrown }), id };
  }

  #report(failure: Failure | undefined): void {
    this.span?.end({ code: failure?.error.grpcCode ?? Code.OK });
    const listener = this.#options.onAnswered;
    if (!listener) return;
    const answered = {
      endpoint: this.#method.endpoint,
      caller: this.context.caller,
      code: failure?.error.code ?? 200,
      durationMs: performance.now() - this.#started,
      ...failure,
    };
    try {
      listener(answered);
    } catch (thrown) {
      // Who counts calls shall not end them; the mistake is told where the process tells such.
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  }

  #isPast(slackMs: number): boolean {
    const { deadline } = this.context;
    return deadline !== undefined && deadline - slackMs <= Date.now();
  }
}

interface Failure {
  readonly error: RpcError;
  readonly id?: string;
}

/** @throws TypeError that says what a handler filled in wrongly. */
function sendable(metadata: Metadata): Metadata {
  try {
    return checkMetadata(metadata);
  } catch (cause) {
    throw new TypeError(`wrong response metadata: ${(cause as RpcError).detail}`, { cause });
  }
}
