import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KubeError } from './errors.ts';
import type { RequestAttributes } from './request-path.ts';

/** The bytes of an answer as they were before the server compressed them. */
export function decode(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  return pipeline(response, createGunzip(), () => {
    // Whoever reads it gets the error there.
  });
}

/** @throws KubeError if there are more than `maxBytes`. */
export async function readText(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  about: RequestAttributes,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes)
      throw new KubeError('TooLarge', `expected an answer of at most ${maxBytes} bytes`, about);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
