import { deflateSync, inflateSync } from 'node:zlib';
import { encodeEndpoints, parseEndpoints, parseMetadata } from '../record.ts';
import type { Node } from '../registry.ts';

/** The most a TXT record may grow to when inflated; the API server's own limit for a record. */
const maxInflatedBytes = 256 * 1024;
/** A string of a TXT record carries its length in one byte. RFC 1035, 3.3. */
const maxStringBytes = 255;

/** What go-micro's mdns registry says of a node in its TXT record. */
export type TxtContent = Pick<Node, 'service' | 'version' | 'metadata' | 'endpoints'>;

/** Writes a TXT record as go-micro's `registry/encoding.go`: JSON, zlib, hex, cut at 255. */
export function encodeTxt(node: TxtContent): Buffer[] {
  const json = JSON.stringify({
    Service: node.service,
    Version: node.version,
    Endpoints: encodeEndpoints(node.endpoints),
    Metadata: node.metadata,
  });
  const hex = Buffer.from(deflateSync(json).toString('hex'));
  const count = Math.ceil(hex.length / maxStringBytes);
  return Array.from({ length: count }, (_, i) =>
    hex.subarray(i * maxStringBytes, (i + 1) * maxStringBytes),
  );
}

/**
 * Reads what `encodeTxt` or go-micro wrote.
 *
 * @throws an error saying what is wrong. It comes from a stranger.
 */
export function parseTxt(strings: readonly Buffer[]): TxtContent {
  const hex = Buffer.concat(strings).toString('latin1');
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex))
    throw new TypeError(`expected the TXT record in hex, got ${JSON.stringify(hex.slice(0, 60))}`);
  const inflated = inflateSync(Buffer.from(hex, 'hex'), { maxOutputLength: maxInflatedBytes });
  const content: unknown = JSON.parse(inflated.toString());
  if (typeof content !== 'object' || content === null)
    throw new TypeError(`expected the TXT record to be an object, got ${content}`);
  const { Service, Version, Endpoints, Metadata } = content as Record<string, unknown>;
  if (typeof Service !== 'string' || Service === '')
    throw new TypeError('expected the TXT record to name its Service');
  return {
    service: Service,
    version: typeof Version === 'string' ? Version : '',
    endpoints: parseEndpoints(Endpoints),
    metadata: parseMetadata(Metadata),
  };
}
