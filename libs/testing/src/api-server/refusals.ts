import { Refusal, type StatusCause } from './api-status.ts';

// The words are those of a kube-apiserver 1.35.

export function notFound(name: string): Refusal {
  return new Refusal(404, `pods ${JSON.stringify(name)} not found`, { name, kind: 'pods' });
}

export function alreadyExists(name: string): Refusal {
  const details = { name, kind: 'pods' };
  return new Refusal(409, `pods ${JSON.stringify(name)} already exists`, details);
}

/** A write for a state that the object is not in. @param kind `pods`, or `Pod` of a precondition of a delete. */
export function conflict(kind: string, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${kind} ${JSON.stringify(name)}: ${why}`;
  return new Refusal(409, message, { name, kind }, { reason: 'Conflict' });
}

/** A write for an older version of the object. */
export function modified(name: string): Refusal {
  const why =
    'the object has been modified; please apply your changes to the latest version and try again';
  return conflict('pods', name, why);
}

export function tooOld(asked: number, oldest: number): Refusal {
  return new Refusal(410, `too old resource version: ${asked} (${oldest})`);
}

export function tooNew(asked: number, newest: number): Refusal {
  const message = `Timeout: Too large resource version: ${asked}, current: ${newest}`;
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  return new Refusal(504, message, { causes: [cause], retryAfterSeconds: 1 });
}

/** What nobody has thought of: an error with no reason given. */
export function unexpected(message: string): Refusal {
  return new Refusal(500, message, undefined, { reason: undefined });
}

/** What a field of a request or an object was refused for. */
export interface FieldFault extends StatusCause {
  readonly field: string;
}

/** A field that is not wanted here. */
export function forbiddenField(field: string, why: string): FieldFault {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** A value that is none of those there are. */
export function unknownValue(field: string, value: string, known: readonly string[]): FieldFault {
  const quoted = known.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${quoted}`;
  return { reason: 'FieldValueNotSupported', message, field };
}

/** A value that is missing. */
export function requiredValue(field: string, why: string): FieldFault {
  return { reason: 'FieldValueRequired', message: `Required value: ${why}`, field };
}

/** A value that cannot be. */
export function wrongValue(field: string, value: string, why: string): FieldFault {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return { reason: 'FieldValueInvalid', message, field };
}

/** Refuses an object for its fields. @param kind `Pod`, or with the group, `ListOptions.meta.k8s.io`. */
export function invalid(kind: string, name: string, causes: readonly FieldFault[]): Refusal {
  const faults = causes.map(({ field, message }) => `${field}: ${message}`);
  const [first = ''] = faults;
  const all = faults.length === 1 ? first : `[${faults.join(', ')}]`;
  const [bare, ...group] = kind.split('.');
  return new Refusal(422, `${kind} ${JSON.stringify(name)} is invalid: ${all}`, {
    ...(name && { name }),
    ...(group.length > 0 && { group: group.join('.') }),
    ...(bare && { kind: bare }),
    causes,
  });
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
