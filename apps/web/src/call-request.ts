import type { DynamicCall, JsonValue } from '@micro/rpc/dynamic';

/** What a call is asked for with. */
export interface CallRequest {
  /** The registered name, `go.micro.srv.greeter`. */
  readonly service: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** At most a minute. @default what the dashboard's calls take; a stream may last */
  readonly timeoutMs?: number;
  /** Sent along as gRPC metadata, keys in lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A call of a method that answers once. */
export interface UnaryRequest extends CallRequest {
  /** JSON of the request message. @default {} */
  readonly request?: JsonValue;
}

/** A call of a method that takes or gives many messages. */
export interface StreamRequest extends CallRequest {
  /** JSON of each message to send; one for a method that takes one. @default [{}] */
  readonly requests?: JsonValue[];
}

const name = { type: 'string', minLength: 1, maxLength: 300 };
const properties = {
  service: name,
  endpoint: name,
  timeoutMs: { type: 'integer', minimum: 1, maximum: 60_000 },
  metadata: {
    type: 'object',
    maxProperties: 64,
    additionalProperties: { type: 'string', maxLength: 8_192 },
  },
};
const required = ['service', 'endpoint'];

/** The form of a `UnaryRequest`, as JSON schema. */
export const unarySchema = {
  body: { type: 'object', required, properties: { ...properties, request: {} } },
};

/** The form of a `StreamRequest`, as JSON schema. */
export const streamSchema = {
  body: {
    type: 'object',
    required,
    properties: { ...properties, requests: { type: 'array', minItems: 1, maxItems: 1_000 } },
  },
};

/** Makes a call of what was asked for. */
export function readCall(asked: CallRequest, signal: AbortSignal): DynamicCall {
  const { service, endpoint, timeoutMs, metadata = {} } = asked;
  return { service, endpoint, signal, metadata, ...(timeoutMs !== undefined && { timeoutMs }) };
}
