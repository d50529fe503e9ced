import type { RequestAttributes } from './request-path.ts';

/** Reasons of our own, beside those the API server gives (`Forbidden`, `NotFound`, `Expired`, …). */
export type OwnReason = 'Unreachable' | 'Timeout' | 'Malformed' | 'TooLarge' | 'Silent' | 'Suspect';

export interface KubeErrorOptions extends ErrorOptions {
  /** The HTTP status, or the code of an ERROR event of a watch; absent if there was no answer. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** The reasons of `details.causes`. */
  readonly causes?: readonly string[];
}

/** Why a request to the API server failed. The message names verb, resource and namespace. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** The API server's reason, or one of ours if it gave none. */
  readonly reason: OwnReason | (string & {});
  /** The API server's own message. */
  readonly detail: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly causes: readonly string[];
  readonly request: RequestAttributes;

  constructor(
    reason: KubeError['reason'],
    detail: string,
    request: RequestAttributes,
    options: KubeErrorOptions = {},
  ) {
    super(`${showRequest(request)}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.causes = options.causes ?? [];
    this.request = request;
  }

  get verb(): string {
    return this.request.verb;
  }

  get resource(): string {
    return this.request.resource;
  }

  get namespace(): string | undefined {
    return this.request.namespace;
  }

  /** The asked resource version is not to be had any more (410), or not yet. */
  get lostVersion(): boolean {
    return this.status === 410 || this.causes.includes('ResourceVersionTooLarge');
  }

  /** Makes a KubeError of what a socket, a timer or a parser threw. */
  static from(error: unknown, request: RequestAttributes): KubeError {
    if (error instanceof KubeError) return error;
    const text = error instanceof Error ? error.message || error.name : String(error);
    return new KubeError('Unreachable', text, request, { cause: error });
  }

  /** Reads the `Status` object of a refusal or of an ERROR event; anything else is quoted. */
  static fromStatus(body: unknown, request: RequestAttributes, options: KubeErrorOptions = {}) {
    const status = (typeof body === 'object' && body !== null ? body : {}) as StatusObject;
    const code = options.status ?? (typeof status.code === 'number' ? status.code : undefined);
    const seconds = status.details?.retryAfterSeconds;
    const message =
      typeof status.message === 'string'
        ? status.message
        : `expected a Status object, got ${(JSON.stringify(body) ?? '').slice(0, 200)}`;
    return new KubeError(
      typeof status.reason === 'string' ? status.reason : 'Unknown',
      `${code === undefined ? '' : `${code} `}${message}`,
      request,
      {
        ...(typeof seconds === 'number' && { retryAfterMs: seconds * 1000 }),
        ...options,
        ...(code !== undefined && { status: code }),
        causes: causesOf(status),
      },
    );
  }
}

/** The part of a `Status` object that is read. */
export interface StatusObject {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown; readonly causes?: unknown };
}

function causesOf(status: StatusObject): string[] {
  const causes = status.details?.causes;
  return Array.isArray(causes) ? causes.map((cause) => String(cause?.reason)) : [];
}

function showRequest({ verb, resource, namespace, name }: RequestAttributes): string {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${where}`;
}
