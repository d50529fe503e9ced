/** What an API server answers a request it refuses with. */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** What exactly was refused. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** One of the reasons for a refusal. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A refusal to be thrown within the fake. */
export class Refusal extends Error {
  readonly status: ApiStatus;

  /** @param changes What differs from the status that the code usually comes with. */
  constructor(
    code: number,
    message: string,
    details?: StatusDetails,
    changes: {
      readonly reason?: string | undefined;
      readonly metadata?: ApiStatus['metadata'];
    } = {},
  ) {
    super(message);
    const reason = 'reason' in changes ? changes.reason : reasons[code];
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: changes.metadata ?? {},
      status: 'Failure',
      message,
      ...(reason !== undefined && { reason }),
      ...(details && { details }),
      code,
    };
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'AlreadyExists',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
