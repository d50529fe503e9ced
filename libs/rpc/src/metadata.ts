import { Metadata } from '@grpc/grpc-js';

/**
 * Keys that belong to one connection or one call and never travel on. `connection` and its kin make
 * grpc-js try again without end; `timeout` and `micro-from-service` are said anew at every hop.
 */
const notInherited =
  /^(:|grpc-|connection$|keep-alive$|proxy-|transfer-encoding$|upgrade$|te$|trailer$|host$|content-|accept|user-agent$|timeout$|micro-from-service$)/;

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
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !notInherited.test(key)));
}

/** @throws TypeError naming the key that gRPC does not allow. */
export function writeMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) {
    try {
      metadata.set(key, value);
    } catch (cause) {
      throw new TypeError(
        `expected metadata ${JSON.stringify(key)} to be printable ASCII with a key of a-z, 0-9, "-", "_" and "."`,
        { cause },
      );
    }
  }
  return metadata;
}
