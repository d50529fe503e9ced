import { Metadata } from '@grpc/grpc-js';
import { RpcError } from './errors.ts';

/** Keys that belong to one connection. */
const ofConnection =
  /^(:|grpc-|connection$|keep-alive$|proxy-|transfer-encoding$|upgrade$|http2-settings$|te$|trailer$|host$|content-)/;
/** Of keys and values together: HTTP/2 sessions end at 64 KiB, with every call on them. */
const maxBytes = 16 * 1024;
/** Keys that are said anew at every hop. */
const ofHop = /^(accept|user-agent$|timeout$|micro-from-service$)/;

/** The text values of gRPC metadata, several of one key joined by ", ". */
export function readMetadata(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.keys(metadata.getMap())
      .filter((key) => !key.endsWith('-bin'))
      .map((key) => [key, metadata.get(key).join(', ')]),
  );
}

/** What of a call's metadata goes along with the calls made for it. */
export function inheritMetadata(
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !ofConnection.test(key) && !ofHop.test(key)),
  );
}

/**
 * @throws RpcError 400 naming what gRPC does not allow, or what belongs to the connection: a key
 * `connection` makes grpc-js try again without end.
 */
export function writeMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  let bytes = 0;
  for (const [key, value] of Object.entries(entries)) {
    bytes += key.length + value.length;
    if (bytes > maxBytes) throw new RpcError(400, `expected at most ${maxBytes} bytes of metadata`);
    if (ofConnection.test(key))
      throw new RpcError(400, `expected no metadata ${key}: it belongs to the connection`);
    try {
      metadata.set(key, value);
    } catch (cause) {
      throw new RpcError(
        400,
        `expected metadata ${JSON.stringify(key)} to be printable ASCII with a key of a-z, 0-9, "-", "_" and "."`,
        { cause },
      );
    }
  }
  return metadata;
}
