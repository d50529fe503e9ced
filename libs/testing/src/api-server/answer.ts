import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Refusal } from './api-status.ts';
import { chooseEncoding, json, type ObjectEncoding } from './object-encoding.ts';
import type { Outlet } from './outlet.ts';

/** Answers with an object, in the form that was asked for; above 128 KiB compressed for who takes that. */
export function answer(
  { headers }: IncomingMessage,
  outlet: Outlet,
  object: unknown,
  status = 200,
): void {
  const encoding = chooseEncoding(headers.accept);
  const plain = encoding.object(object);
  const zip = plain.length > 128 * 1024 && headers['accept-encoding']?.includes('gzip');
  const body = zip ? gzipSync(plain) : plain;
  outlet.begin(status, {
    'content-type': encoding.mediaType,
    'content-length': body.length,
    ...(zip && { 'content-encoding': 'gzip' }),
  });
  outlet.write(body);
  outlet.end();
}

/** Answers with the status of a refusal; whatever else was thrown is an error of the server. */
export function refuse(incoming: IncomingMessage, outlet: Outlet, error: unknown): void {
  const { status } = error instanceof Refusal ? error : new Refusal(500, String(error));
  const seconds = status.details?.retryAfterSeconds;
  const { mediaType, object } = encodingOf(incoming);
  outlet.begin(status.code, {
    'content-type': mediaType,
    ...(seconds !== undefined && { 'retry-after': String(seconds) }),
  });
  outlet.write(object(status));
  outlet.end();
}

function encodingOf({ headers }: IncomingMessage): ObjectEncoding {
  try {
    return chooseEncoding(headers.accept);
  } catch {
    // This is what is being refused.
    return json;
  }
}
