import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Encoding, initialEventsEndAnnotation } from './encoding.ts';
import { createPodTemplate } from './template.ts';
import { readBytes, writeField, writeFieldHead, writeNumber } from './wire.ts';

/**
 * Answers as an API server writes them in protobuf: every object behind `k8s\0` in a
 * `runtime.Unknown`, every event of a watch behind its length of four bytes.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function createProtobufEncoding(): Encoding {
  const fixture = readFileSync(join(import.meta.dirname, 'fixtures/pod.pb'));
  const pod = readBytes(fixture.subarray(magic.length), unknownRaw);

  return {
    name: 'protobuf',
    mediaType: 'application/vnd.kubernetes.protobuf',
    watchMediaType: 'application/vnd.kubernetes.protobuf;stream=watch',
    pod: createPodTemplate(pod),
    object: (item) => Buffer.concat(envelope('Pod', [item])),
    listItem: (item) => writeField(2, item),
    list(items, version, next) {
      const metadata = [writeField(1, ''), writeField(2, version), writeField(3, next)];
      return envelope('PodList', [writeField(1, Buffer.concat(metadata)), items]);
    },
    added: createPodTemplate(event('ADDED', Buffer.concat(envelope('Pod', [pod])))),
    modified: createPodTemplate(event('MODIFIED', Buffer.concat(envelope('Pod', [pod])))),
    initialEventsEnd(version) {
      const annotation = [writeField(1, initialEventsEndAnnotation), writeField(2, 'true')];
      const metadata = [writeField(6, version), writeField(12, Buffer.concat(annotation))];
      const bookmark = [
        writeField(1, Buffer.concat(metadata)),
        writeField(2, ''),
        writeField(3, ''),
      ];
      return event('BOOKMARK', Buffer.concat(envelope('Pod', bookmark)));
    },
    status: (code, reason, message) =>
      Buffer.concat(
        envelope('Status', [
          writeField(1, ''),
          writeField(2, 'Failure'),
          writeField(3, message),
          writeField(4, reason),
          writeNumber(6, code),
        ]),
      ),
  };
}

/** What every object begins with; shared with who reads it. */
export const magic = Buffer.from('k8s\0');
/** `runtime.Unknown.raw` */
export const unknownRaw = 2;

/** Puts an object, given in parts, into the envelope that says what it is. */
function envelope(kind: string, parts: readonly Buffer[]): Buffer[] {
  const typeMeta = Buffer.concat([writeField(1, 'v1'), writeField(2, kind)]);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [magic, writeField(1, typeMeta), writeFieldHead(unknownRaw, length)];
  // The server writes its two empty fields too: content encoding and type.
  return [Buffer.concat(head), ...parts, writeField(3, ''), writeField(4, '')];
}

/** `WatchEvent { type, object: RawExtension { raw } }`, behind its length. */
function event(type: string, object: Buffer): Buffer {
  const frame = Buffer.concat([writeField(1, type), writeField(2, writeField(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}
