/** What an API server answers a request it refuses with. */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code: number;
}

/** A refusal to be thrown within the fake. */
export class Refusal extends Error {
  readonly status: ApiStatus;

  constructor(code: number, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    const reason = reasons[code] ?? 'Unknown';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
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
  409: 'AlreadyExists',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

// The words below are those of a kube-apiserver 1.35.

export function notFound(name: string): Refusal {
  return new Refusal(404, `pods ${JSON.stringify(name)} not found`, { name, kind: 'pods' });
}

export function alreadyExists(name: string): Refusal {
  const details = { name, kind: 'pods' };
  return new Refusal(409, `pods ${JSON.stringify(name)} already exists`, details);
}

export function tooOld(asked: number, oldest: number): Refusal {
  return new Refusal(410, `too old resource version: ${asked} (${oldest})`);
}

export function tooNew(asked: number, newest: number): Refusal {
  const message = `Timeout: Too large resource version: ${asked}, current: ${newest}`;
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  return new Refusal(504, message, { causes: [cause], retryAfterSeconds: 1 });
}

/** A request as the authorization sees it. */
export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly apiGroup: string;
  readonly namespace: string;
  readonly name?: string;
}

export function forbidden({ user, verb, resource, apiGroup, namespace, name }: Attempt): Refusal {
  const what = name === undefined ? resource : `${resource} ${JSON.stringify(name)}`;
  return new Refusal(
    403,
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${apiGroup}" in the namespace "${namespace}"`,
    { ...(name !== undefined && { name }), kind: resource },
  );
}
