import type { IncomingHttpHeaders } from 'node:http';
import { RpcError } from '@micro/rpc';

/**
 * Headers that become metadata. A list of what may pass, for among the rest are some that make
 * gRPC clients spin, and some by which a stranger could pretend to be a service.
 */
const passed = ['authorization', 'baggage', 'traceparent', 'tracestate', 'x-request-id'] as const;

/** @param id The request's id, the caller's own or ours. */
export function metadataOf(headers: IncomingHttpHeaders, id: string): Record<string, string> {
  const entries = passed.flatMap((key) => {
    const value = headers[key];
    return typeof value === 'string' && /^[\x20-\x7e]*$/.test(value) ? [[key, value] as const] : [];
  });
  return { ...Object.fromEntries(entries), 'x-request-id': id };
}

/**
 * go-micro's `Timeout` header: seconds.
 *
 * @throws RpcError 400 if it is no number of seconds.
 */
export function timeoutOf({ timeout }: IncomingHttpHeaders): { timeoutMs?: number } {
  if (timeout === undefined) return {};
  const seconds = Number(timeout);
  if (!(seconds > 0 && seconds <= 600))
    throw new RpcError(
      400,
      `expected header Timeout as seconds from 0 to 600, got ${JSON.stringify(timeout)}`,
    );
  return { timeoutMs: seconds * 1000 };
}
