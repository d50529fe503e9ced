import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import type { Metadata } from '../transport.ts';

/** What was made of entries that can't change any more: grpc-js sends copies. */
const made = new WeakMap<Metadata, GrpcMetadata>();

/**
 * Entries that are frozen are read once.
 *
 * @throws Error if a key or a value is none gRPC allows.
 */
export function toMetadata(entries: Metadata): GrpcMetadata {
  if (!Object.isFrozen(entries)) return makeMetadata(entries);
  let metadata = made.get(entries);
  if (!metadata) {
    metadata = makeMetadata(entries);
    made.set(entries, metadata);
  }
  return metadata;
}

function makeMetadata(entries: Metadata): GrpcMetadata {
  const keys = Object.keys(entries);
  const metadata = keys.some(isBinary) ? new BinaryMetadata() : new GrpcMetadata();
  for (const [key, value] of Object.entries(entries)) {
    if (!isBinary(key)) metadata.set(key, value);
    else for (const part of value.split(',')) metadata.add(key, Buffer.from(part, 'base64'));
  }
  return metadata;
}

export function fromMetadata(metadata: GrpcMetadata): Record<string, string> {
  const entries: Record<string, string> = {};
  // In the form of HTTP/2 headers binary values are base64 already.
  const headers = metadata.toHttp2Headers();
  for (const key in headers) {
    const value = headers[key];
    entries[key] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return entries;
}

/**
 * Metadata with binary values. They shall be sent without padding, which grpc-js leaves on:
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
 */
class BinaryMetadata extends GrpcMetadata {
  /** grpc-js sends copies. */
  override clone(): BinaryMetadata {
    const copy = new BinaryMetadata(this.getOptions());
    copy.merge(this);
    return copy;
  }

  override toHttp2Headers(): ReturnType<GrpcMetadata['toHttp2Headers']> {
    const headers = super.toHttp2Headers();
    for (const key of Object.keys(headers).filter(isBinary)) {
      const value = headers[key];
      headers[key] = Array.isArray(value) ? value.map(unpadded) : unpadded(String(value));
    }
    return headers;
  }
}

function isBinary(key: string): boolean {
  return key.endsWith('-bin');
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '');
}
