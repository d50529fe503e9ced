import type { ObjectEncoding } from './object-encoding.ts';

/** Bytes of a watch that no server should send. */
export interface BrokenEvents {
  /** Where an event should be, something else. */
  readonly garbage: Buffer;
  readonly unknownType: Buffer;
  readonly withoutMetadata: Buffer;
  /** The first half of one. */
  readonly half: Buffer;
  /** The beginning of one that says it is 100 MB long; in JSON, 5 MiB of one without an end. */
  huge(): Buffer;
}

/** Breaks events of one form. */
export function breakEvents(encoding: ObjectEncoding): BrokenEvents {
  const kind = { kind: 'Pod', apiVersion: 'v1' };
  const metadata = { name: 'nobody', namespace: 'micro', uid: 'nobody', resourceVersion: '1' };
  const pod = { ...kind, metadata };
  const whole = encoding.event('MODIFIED', pod);
  const inJson = encoding.mediaType === 'application/json';
  return {
    // As protobuf, a frame of 16 bytes that begins a number and does not end it.
    garbage: inJson ? Buffer.from('<html>\n') : Buffer.from(`00000010${'ff'.repeat(16)}`, 'hex'),
    unknownType: encoding.event('MOVED', pod),
    withoutMetadata: encoding.event('MODIFIED', kind),
    half: whole.subarray(0, Math.floor(whole.length / 2)),
    huge() {
      if (inJson) return Buffer.from(`{"type":"ADDED","object":"${'x'.repeat(5 * 1024 * 1024)}`);
      const frame = Buffer.from(whole);
      frame.writeUInt32BE(100_000_000);
      return frame;
    },
  };
}
