import { RpcError } from './errors.ts';
import type { Metadata } from './transport/transport.ts';

/** The trailer by which a server says that it was too busy to let a handler see the call. */
export const shedTrailer = 'micro-refused';

/**
 * By this a caller says that it makes the call again itself. It goes along to the last hop: nobody
 * further on tries again too, or the tries would multiply.
 */
export const retriedKey = 'micro-retry';
/** By this a caller says who it is: a registered name. */
export const callerKey = 'micro-from-service';

/** Keys that belong to one connection. */
const ofConnection =
  /^(:|grpc-|connection$|keep-alive$|proxy-|transfer-encoding$|upgrade$|http2-settings$|te$|trailer$|host$|content-)/;
const legalKey = /^[0-9a-z_.-]+$/;
const legalValue = /^[ -~]*$/;
/** Of keys and values together. Many peers take 8 KiB of headers by default, gRPC's own among them, and what a session can't hold ends it with every call on it. */
const maxBytes = 8 * 1024;
const maxKeys = 64;
/** What every call made for another carries on: who it is for, what it belongs to, and whether its caller tries again by itself. */
const passedOn: readonly string[] = [
  'authorization',
  'baggage',
  retriedKey,
  'traceparent',
  'tracestate',
  'x-request-id',
];

/**
 * What of a call's metadata goes along with the calls made for it.
 *
 * @param pass Keys that do, in lower case, besides those that always do.
 */
export function inheritMetadata(
  metadata: Metadata,
  pass: readonly string[] = [],
): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const keys of [passedOn, pass])
    for (const key of keys) {
      const value = metadata[key];
      if (value !== undefined) inherited[key] = value;
    }
  return inherited;
}

/**
 * Metadata as it may be sent: keys in lower case.
 *
 * @throws RpcError 400 naming what gRPC does not allow, what is too much, or what belongs to the
 * connection: a key `connection` makes grpc-js try again without end.
 */
export function checkMetadata(entries: Metadata): Metadata {
  const checked: Record<string, string> = {};
  let bytes = 0;
  let keys = 0;
  for (const [name, value] of Object.entries(entries)) {
    const key = name.toLowerCase();
    bytes += key.length + value.length;
    if (bytes > maxBytes) throw new RpcError(400, `expected at most ${maxBytes} bytes of metadata`);
    if (++keys > maxKeys) throw new RpcError(400, `expected at most ${maxKeys} keys of metadata`);
    if (ofConnection.test(key))
      throw new RpcError(400, `expected no metadata ${key}: it belongs to the connection`);
    if (!legalKey.test(key) || !legalValue.test(value))
      throw new RpcError(
        400,
        `expected metadata ${JSON.stringify(name)} to be printable ASCII with a key of a-z, 0-9, "-", "_" and "."`,
      );
    if (key.endsWith('-bin') && !value.split(',').every(isBase64))
      throw new RpcError(400, `expected metadata ${key} to be base64`);
    checked[key] = value;
  }
  return checked;
}

/** With or without its padding. */
function isBase64(text: string): boolean {
  const bare = text.trim().replace(/={1,2}$/, '');
  return Buffer.from(bare, 'base64').toString('base64').replace(/=+$/, '') === bare;
}
