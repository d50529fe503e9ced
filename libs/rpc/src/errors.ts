import { STATUS_CODES } from 'node:http';
import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';

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

/**
 * HTTP status and gRPC code of each kind of error. The first row of a gRPC code is
 * what it becomes on the way back. From go-micro 1.18 server/grpc/error.go; 429, 499 and 504 are
 * ours, where the origin knew only 500.
 */
const kinds: ReadonlyArray<readonly [code: number, grpc: GrpcStatus]> = [
  [400, GrpcStatus.INVALID_ARGUMENT],
  [400, GrpcStatus.OUT_OF_RANGE],
  [401, GrpcStatus.UNAUTHENTICATED],
  [403, GrpcStatus.PERMISSION_DENIED],
  [404, GrpcStatus.NOT_FOUND],
  [405, GrpcStatus.UNIMPLEMENTED],
  [409, GrpcStatus.ALREADY_EXISTS],
  [409, GrpcStatus.ABORTED],
  [412, GrpcStatus.FAILED_PRECONDITION],
  [413, GrpcStatus.RESOURCE_EXHAUSTED],
  [429, GrpcStatus.RESOURCE_EXHAUSTED],
  [499, GrpcStatus.CANCELLED],
  [500, GrpcStatus.INTERNAL],
  [500, GrpcStatus.UNKNOWN],
  [500, GrpcStatus.DATA_LOSS],
  [501, GrpcStatus.UNIMPLEMENTED],
  [502, GrpcStatus.UNAVAILABLE],
  [503, GrpcStatus.UNAVAILABLE],
  [504, GrpcStatus.DEADLINE_EXCEEDED],
  [408, GrpcStatus.DEADLINE_EXCEEDED],
];
/** Codes whose first row above is not what they become on the way back. */
const httpOf: Partial<Record<GrpcStatus, number>> = {
  [GrpcStatus.UNIMPLEMENTED]: 501,
  [GrpcStatus.RESOURCE_EXHAUSTED]: 429,
  [GrpcStatus.UNAVAILABLE]: 503,
};

/** The one error that crosses services: thrown by handlers, received by callers, shown by gateways. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly id: string;
  readonly code: number;
  readonly detail: string;

  /**
   * @param code An HTTP status from 400 to 599.
   * @param detail For the caller to read: lower case, no full stop.
   * @param options `id` says who speaks; a server fills in its own name. `cause` stays at home.
   */
  constructor(code: number, detail: string, options: { id?: string; cause?: unknown } = {}) {
    super(`${code} ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    if (!Number.isInteger(code) || code < 400 || code > 599)
      throw new TypeError(`expected an HTTP status from 400 to 599, got ${code}`);
    this.id = options.id ?? '';
    this.code = code;
    this.detail = detail;
  }

  /** The reason phrase of the code. */
  get status(): string {
    return (
      STATUS_CODES[this.code] ??
      (this.code === 499 ? 'Client Closed Request' : `Status ${this.code}`)
    );
  }

  /** The gRPC status code it travels with. */
  get grpcCode(): GrpcStatus {
    return kinds.find(([code]) => code === this.code)?.[1] ?? GrpcStatus.UNKNOWN;
  }

  toJSON(): ErrorJson {
    return { id: this.id, code: this.code, detail: this.detail, status: this.status };
  }

  /**
   * Makes anything thrown an RpcError. What is not meant for callers becomes "internal error", with
   * the original as its cause.
   *
   * @param id Who speaks, where the error does not say.
   */
  static from(thrown: unknown, id: string): RpcError {
    if (thrown instanceof RpcError)
      return thrown.id === ''
        ? new RpcError(thrown.code, thrown.detail, { id, cause: thrown.cause })
        : thrown;
    if (isServiceError(thrown)) return fromGrpc(thrown, id);
    return new RpcError(500, 'internal error', { id, cause: thrown });
  }
}

/**
 * Whether the failure is the connection's: no service said so, and perhaps none has seen the call.
 */
export function isUnanswered({ cause }: RpcError): boolean {
  return (
    isServiceError(cause) && cause.code === GrpcStatus.UNAVAILABLE && !parseErrorJson(cause.details)
  );
}

/** Reads the status of a call: go-micro's JSON where the details hold it, else gRPC's own words. */
function fromGrpc(error: ServiceError, id: string): RpcError {
  const json = parseErrorJson(error.details);
  if (json) return new RpcError(json.code, json.detail, { id: json.id || id, cause: error });
  const code = httpOf[error.code] ?? kinds.find(([, grpc]) => grpc === error.code)?.[0] ?? 500;
  return new RpcError(code, error.details, { id, cause: error });
}

function parseErrorJson(details: string): ErrorJson | undefined {
  if (!details.startsWith('{')) return undefined;
  try {
    const json = JSON.parse(details) as Partial<ErrorJson>;
    const { id = '', code, detail } = json;
    if (typeof code !== 'number' || typeof detail !== 'string' || typeof id !== 'string')
      return undefined;
    return {
      id,
      code: Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500,
      detail,
      status: '',
    };
  } catch {
    return undefined; // Only words that begin like JSON.
  }
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error &&
    typeof (thrown as Partial<ServiceError>).code === 'number' &&
    typeof (thrown as Partial<ServiceError>).details === 'string'
  );
}
