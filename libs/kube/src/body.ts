import { KubeError } from './errors.ts';
import type { RequestAttributes } from './request-path.ts';

/** Reads all of a body. @throws KubeError if there are more than `maxBytes`. */
export async function readBytes(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  about: RequestAttributes,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes)
      throw new KubeError('TooLarge', `expected an answer of at most ${maxBytes} bytes`, about);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads what there is of a body, up to `maxBytes`; one that breaks off ends there. */
export async function readFront(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) break;
    }
  } catch {
    // What has come says more than that the rest has not.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** Passes a body on, chunk by chunk, each shown to `onChunk` before. */
export async function* observeChunks(
  body: AsyncIterable<Buffer>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    onChunk(chunk);
    yield chunk;
  }
}
