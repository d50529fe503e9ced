import { STATUS_CODES } from 'node:http';
import { grpcOf, httpOf, isErrorStatus } from './error-codes.ts';
import { detailsKey, type ErrorDetail, readDetails, writeDetails } from './error-details.ts';
import { Code } from './transport/code.ts';
import type { CallEnd, Metadata } from './transport/transport.ts';

/** What an error looks like on the wire and in JSON answers: go-micro's `errors.Error`. */
export interface ErrorJson {
  /** Who says so: a service's name. */
  readonly id: string;
  /** An HTTP status. */
  readonly code: number;
  readonly detail: string;
  /** The reason phrase of the code, "Not Found". */
  readonly status: string;
}

export interface RpcErrorOptions {
  /** Who says so. @default '' A server fills in its own name. */
  readonly id?: string;
  /** What lies behind it; stays at home. */
  readonly cause?: unknown;
  /** What more there is to say, for programs to read. */
  readonly details?: readonly ErrorDetail[];
  /** Trailers to send along. */
  readonly metadata?: Metadata;
}

/** What of an error travels. */
export type ErrorEnd = Pick<CallEnd, 'code' | 'detail' | 'metadata'>;

/** Characters of a detail that travel: each may take nine bytes, and some callers end a connection over 16 KiB of trailers. */
const maxDetail = 1_500;
/** Bytes of details that travel, for the same reason; what is more stays at home. */
const maxDetails = 4 * 1024;

/** The one error that crosses services: thrown by handlers, received by callers, shown by gateways. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly id: string;
  /** An HTTP status. */
  readonly code: number;
  readonly detail: string;
  readonly details: readonly ErrorDetail[];
  /** The trailers it came with, or shall go with. */
  readonly metadata: Metadata;
  #native: Code | undefined;
  #received = false;

  /**
   * @param code An HTTP status from 400 to 599.
   * @param detail For the caller to read: lower case, no full stop.
   * @throws TypeError if the code is no such status.
   */
  constructor(code: number, detail: string, options: RpcErrorOptions = {}) {
    super(`${code} ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    if (!isErrorStatus(code))
      throw new TypeError(`expected an HTTP status from 400 to 599, got ${code}`);
    this.id = options.id ?? '';
    this.code = code;
    this.detail = detail;
    this.details = options.details ?? [];
    this.metadata = options.metadata ?? {};
  }

  /**
   * An error in gRPC's own form: it travels with this very code and in plain words, as programs that
   * know nothing of go-micro expect, not as JSON.
   *
   * @throws TypeError for OK, which is none.
   */
  static grpc(code: Code, message: string, options: RpcErrorOptions = {}): RpcError {
    if (code === Code.OK) throw new TypeError('expected the gRPC code of an error, got 0 for OK');
    const error = new RpcError(httpOf(code), message, options);
    error.#native = code;
    return error;
  }

  /**
   * Reads how a call ended: go-micro's JSON where the words hold it, else gRPC's own form, which is
   * kept when the error is thrown on.
   *
   * @param id Who speaks, where the error does not say.
   * @param cause What lies behind it.
   */
  static fromEnd({ code, detail, metadata }: ErrorEnd, id: string, cause?: unknown): RpcError {
    const json = parseErrorJson(detail);
    const options = {
      id: json?.id || id,
      cause,
      details: readDetails(metadata[detailsKey]),
      metadata,
    };
    const error = json
      ? new RpcError(isErrorStatus(json.code) ? json.code : httpOf(code), json.detail, options)
      : RpcError.grpc(code === Code.OK ? Code.UNKNOWN : code, detail, options);
    error.#received = true;
    return error;
  }

  /**
   * Makes anything thrown an RpcError. What is not meant for callers becomes "internal error", with
   * the original as its cause.
   *
   * @param id Who speaks, where the error does not say.
   */
  static from(thrown: unknown, id: string): RpcError {
    if (thrown instanceof RpcError) return thrown.id === '' ? thrown.#saidBy(id) : thrown;
    return new RpcError(500, 'internal error', { id, cause: thrown });
  }

  /** The reason phrase of the code. */
  get status(): string {
    return (
      STATUS_CODES[this.code] ??
      (this.code === 499 ? 'Client Closed Request' : `Status ${this.code}`)
    );
  }

  /** Whether it has gRPC's own form: a code and words of gRPC, no JSON. */
  get native(): boolean {
    return this.#native !== undefined;
  }

  /** The gRPC status code it travels with. */
  get grpcCode(): Code {
    return this.#native ?? grpcOf(this.code);
  }

  toJSON(): ErrorJson {
    return { id: this.id, code: this.code, detail: this.detail, status: this.status };
  }

  /** The trailers to send along: none of an error that was received, for those were for this hop. */
  get trailer(): Metadata {
    return this.#received ? {} : this.metadata;
  }

  /** What travels, but for `trailer`. */
  toEnd(): ErrorEnd {
    const detail =
      this.detail.length > maxDetail ? `${this.detail.slice(0, maxDetail)}…` : this.detail;
    const words = this.native ? detail : JSON.stringify({ ...this.toJSON(), detail });
    const code = this.grpcCode;
    const details = this.details.length > 0 ? writeDetails(code, words, this.details) : '';
    const fits = details !== '' && details.length <= maxDetails;
    return { code, detail: words, metadata: fits ? { [detailsKey]: details } : {} };
  }

  #saidBy(id: string): RpcError {
    const { code, detail, cause, details, metadata } = this;
    const error = new RpcError(code, detail, { id, cause, details, metadata });
    error.#native = this.#native;
    error.#received = this.#received;
    return error;
  }
}

function parseErrorJson(words: string): Omit<ErrorJson, 'status'> | undefined {
  if (!words.startsWith('{')) return undefined;
  try {
    const json = JSON.parse(words) as Partial<ErrorJson>;
    const { id = '', code, detail } = json;
    if (typeof code !== 'number' || typeof detail !== 'string' || typeof id !== 'string')
      return undefined;
    return { id, code, detail };
  } catch {
    return undefined; // Only words that begin like JSON.
  }
}
