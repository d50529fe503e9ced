import { randomBytes } from 'node:crypto';
import type { DescMethod } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import { checkMetadata } from '../metadata.ts';
import type { Span, Tracer } from '../tracing.ts';
import { Code } from '../transport/code.ts';
import type { IncomingCall, Metadata } from '../transport/transport.ts';
import { Context, type ContextOptions } from './context.ts';
import { writeResponse } from './messages.ts';

/** What became of one answered call. */
export interface Answered {
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** The registered name of the service that called, as it says itself. */
  readonly caller: string | undefined;
  /** 200, or the code of the error. */
  readonly code: number;
  readonly durationMs: number;
  /** What went wrong, in full; never shown to callers. */
  readonly error?: RpcError;
  /** What the caller was told in place of a cause that is not for it: the two are found by it. */
  readonly id?: string;
}

export interface AnswerOptions extends ContextOptions {
  /** The service's registered name: who errors come from. */
  readonly name: string;
  /** Hears of every call that ended. */
  readonly onAnswered?: (answered: Answered) => void;
  /** Makes a trace of calls. @default none */
  readonly tracer?: Tracer | undefined;
}

/** A caller whose deadline is so near did not leave: its own clock was quicker. */
const clockSlackMs = 20;

/** One call while it is answered. It ends once; what comes after that is dropped. */
export class Answering {
  readonly context: Context;
  readonly span: Span | undefined;
  readonly #started = performance.now();
  readonly #call: IncomingCall;
  readonly #method: DescMethod;
  readonly #options: AnswerOptions;
  readonly #maxBytes: number;
  #headerSent = false;
  #over = false;

  /** @param maxBytes Of one response. */
  constructor(call: IncomingCall, method: DescMethod, options: AnswerOptions, maxBytes: number) {
    this.#call = call;
    this.#method = method;
    this.#options = options;
    this.#maxBytes = maxBytes;
    this.span = options.tracer?.server({
      service: options.name,
      endpoint: this.#endpoint,
      metadata: call.metadata,
    });
    this.context = new Context(call, options, this.span);
    call.onCancelled(() => this.#leave());
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether nobody waits for it any more. */
  get late(): boolean {
    return this.#isPast(0);
  }

  /**
   * @param response What the handler answered, whatever that is.
   * @returns A promise if the caller does not keep up: wait for it before the next.
   * @throws what is wrong with it.
   */
  send(response: unknown): Promise<void> | undefined {
    if (this.#over) return undefined;
    const bytes = writeResponse(this.#method, response, this.#maxBytes);
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
    this.#options.onAnswered?.({
      endpoint: this.#endpoint,
      caller: this.context.caller,
      code: failure?.error.code ?? 200,
      durationMs: performance.now() - this.#started,
      ...failure,
    });
  }

  get #endpoint(): string {
    return `${this.#method.parent.name}.${this.#method.name}`;
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
