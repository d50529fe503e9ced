import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Refusal } from './api-status.ts';
import { chooseEncoding, json, type ObjectEncoding } from './object-encoding.ts';

/** Answers with an object, in the form that was asked for; above 128 KiB compressed for who takes that. */
export function answer(
  { headers }: IncomingMessage,
  response: ServerResponse,
  value: unknown,
  status = 200,
): void {
  const encoding = chooseEncoding(headers.accept);
  const body = encoding.object(value);
  const zip = body.length > 128 * 1024 && headers['accept-encoding']?.includes('gzip');
  response.writeHead(status, {
    'content-type': encoding.mediaType,
    ...(zip && { 'content-encoding': 'gzip' }),
  });
  response.end(zip ? gzipSync(body) : body);
}

/** Answers with the status of a refusal; whatever else was thrown is an error of the server. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, error: unknown): void {
  const { status } = error instanceof Refusal ? error : new Refusal(500, String(error));
  const seconds = status.details?.retryAfterSeconds;
  if (seconds !== undefined) response.setHeader('retry-after', seconds);
  const { mediaType, object } = encodingOf(incoming);
  response.writeHead(status.code, { 'content-type': mediaType });
  response.end(object(status));
}

function encodingOf({ headers }: IncomingMessage): ObjectEncoding {
  try {
    return chooseEncoding(headers.accept);
  } catch {
    // This is what is being refused.
    return json;
  }
}
