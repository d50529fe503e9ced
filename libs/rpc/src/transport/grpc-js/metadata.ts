import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import type { Metadata } from '../transport.ts';

/** @throws Error if a key or a value is none gRPC allows. */
export function toMetadata(entries: Metadata): GrpcMetadata {
  const metadata = new GrpcMetadata();
  for (const [key, value] of Object.entries(entries)) {
    if (!key.endsWith('-bin')) metadata.set(key, value);
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
