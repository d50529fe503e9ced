import { Refusal } from './api-status.ts';
import { kindShapes, unknownShape, watchEventShape } from './pod-protobuf.ts';
import { asRecord, encodeMessage } from './protobuf.ts';
import { decodeMessage } from './protobuf-reading.ts';

/** The forms that objects are sent in. */
export type MediaType = 'application/json' | 'application/vnd.kubernetes.protobuf';

/** Objects and events of a watch as bytes, in one form. */
export interface ObjectEncoding {
  readonly mediaType: MediaType;
  /** How a watch in this form is announced. */
  readonly streamType: string;
  /** @throws Refusal 406 for a kind that is not spoken in this form. */
  object(value: unknown): Buffer;
  event(type: string, object: unknown): Buffer;
}

/** Chooses the form that who asks likes best. @throws Refusal 406 if there is none. */
export function chooseEncoding(accept = '*/*'): ObjectEncoding {
  const wishes = accept.split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, parameters, quality: Number(quality?.slice(2) ?? '1') };
  });
  for (const { type, parameters } of wishes.sort((a, b) => b.quality - a.quality)) {
    // Tables and bare metadata are other kinds.
    if (parameters.some((parameter) => parameter.startsWith('as='))) continue;
    if (type === protobuf.mediaType) return protobuf;
    if ([json.mediaType, 'application/*', '*/*'].includes(type)) return json;
  }
  throw notAcceptable();
}

/** The form that is always understood. */
export const json: ObjectEncoding = {
  mediaType: 'application/json',
  streamType: 'application/json',
  object: (value) => Buffer.from(JSON.stringify(value)),
  event: (type, object) => Buffer.from(`${JSON.stringify({ type, object })}\n`),
};

const magic = Buffer.from('k8s\0');

const protobuf: ObjectEncoding = {
  mediaType: 'application/vnd.kubernetes.protobuf',
  streamType: 'application/vnd.kubernetes.protobuf;stream=watch',
  object(value) {
    const { apiVersion, kind } = asRecord(value);
    const shape = kindShapes[String(kind)];
    if (!shape) throw notAcceptable();
    const raw = encodeMessage(shape, value);
    return Buffer.concat([
      magic,
      encodeMessage(unknownShape, { typeMeta: { apiVersion, kind }, raw }),
    ]);
  },
  event(type, object) {
    const raw = protobuf.object(object);
    const event = encodeMessage(watchEventShape, { type, object: { raw } });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(event.length);
    return Buffer.concat([length, event]);
  },
};

/** Reads an object in protobuf as its JSON. @throws RangeError for bytes that are none. */
export function decodeObject(bytes: Buffer): Record<string, unknown> {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new RangeError(`expected k8s\\0, got ${bytes.subarray(0, magic.length).toString('hex')}`);
  const { typeMeta, raw } = decodeMessage(unknownShape, bytes.subarray(magic.length));
  const { kind, apiVersion } = asRecord(typeMeta);
  const shape = kindShapes[String(kind)];
  if (!shape || !Buffer.isBuffer(raw)) throw new RangeError(`expected a known kind, got ${kind}`);
  return { kind, apiVersion, ...decodeMessage(shape, raw) };
}

/** Reads the frames of a watch in protobuf. @throws RangeError for bytes that are none. */
export function decodeEvents(bytes: Buffer): { type: string; object: Record<string, unknown> }[] {
  const events = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const { type, object } = decodeMessage(watchEventShape, bytes.subarray(at + 4, end));
    const { raw } = asRecord(object);
    if (!Buffer.isBuffer(raw)) throw new RangeError('expected an event with an object');
    events.push({ type: String(type), object: decodeObject(raw) });
    at = end;
  }
  return events;
}

function notAcceptable(): Refusal {
  return new Refusal(
    406,
    `406: Not Acceptable\n\nAvailable representations: ${json.mediaType}, ${protobuf.mediaType}`,
    {},
  );
}
