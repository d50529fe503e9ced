import type { Channel } from '@grpc/grpc-js';
import { Code, codeOf } from '../code.ts';
import type { CallEnd, CallEvents, CallHead, Fate, OutgoingCall } from '../transport.ts';
import { fromMetadata, toMetadata } from './metadata.ts';

type GrpcCall = ReturnType<Channel['createCall']>;
type Status = Parameters<Parameters<GrpcCall['start']>[1]['onReceiveStatus']>[0];

/**
 * Starts a call of a channel.
 *
 * @param whyUnconnected Why the connection failed, in words for callers; grpc-js's are about its own parts.
 */
export function startCall(
  call: GrpcCall,
  { metadata, deadline }: CallHead,
  events: CallEvents,
  whyUnconnected: (() => string | undefined) | undefined,
): OutgoingCall {
  let cancelled = false;
  let answered = false;
  let sent: ReturnType<typeof toMetadata>;
  try {
    sent = toMetadata(metadata);
  } catch (error) {
    return refuse(events, Code.INTERNAL, (error as Error).message);
  }
  call.start(sent, {
    onReceiveMetadata(header) {
      answered = true;
      events.header?.(() => fromMetadata(header));
    },
    onReceiveMessage: (bytes: Buffer) => events.message(bytes),
    onReceiveStatus(status) {
      const end = endOf(call, status, deadline, cancelled, answered);
      const unconnected = end.fate === 'unsent' && end.code === Code.UNAVAILABLE;
      const detail = unconnected ? (whyUnconnected?.() ?? withoutAddress(end.detail)) : end.detail;
      events.end(detail === end.detail ? end : { ...end, detail });
    },
  });
  return {
    send(message, sent) {
      const { buffer, byteOffset, byteLength } = message;
      const bytes = Buffer.from(buffer, byteOffset, byteLength);
      call.sendMessageWithContext(sent ? { callback: () => sent() } : {}, bytes);
    },
    finish: () => call.halfClose(),
    read: () => call.startRead(),
    cancel(code, detail) {
      cancelled = true;
      call.cancelWithStatus(code, detail);
    },
  };
}

/** Callers need not know where a node is: of grpc-js's words only the system's code is left. */
function withoutAddress(details: string): string {
  const code = /\bE[A-Z]{4,}\b/.exec(details)?.[0];
  return code === undefined ? 'no connection to the node' : `no connection to the node (${code})`;
}

/** A call that is not made. */
export function refuse(events: CallEvents, code: Code, detail: string): OutgoingCall {
  const end: CallEnd = { code, detail, metadata: {}, fate: 'unsent' };
  process.nextTick(() => events.end(end));
  return { send() {}, finish() {}, read() {}, cancel() {} };
}

/**
 * @param status Without code and words where grpc-js could not decompress a message.
 * @param answered Whether headers came.
 */
function endOf(
  call: GrpcCall,
  { code, details = 'expected a response that can be decompressed', metadata }: Partial<Status>,
  deadline: number,
  cancelledHere: boolean,
  answered: boolean,
): CallEnd {
  // The other side may use the very words by which grpc-js says what became of a stream.
  const own = !answered && !cancelledHere && isEmpty(metadata);
  const end = {
    code: code === undefined ? Code.INTERNAL : codeOf(code),
    detail: details,
    /** Read when it is asked for, which is seldom. */
    get metadata() {
      return metadata ? fromMetadata(metadata) : {};
    },
    fate: own && details === refusedDetails ? 'refused' : fateOf(call),
  };
  // As a rule the connection was ended, for what all calls on it did together.
  if (own && details === calmDetails) return { ...end, code: Code.UNAVAILABLE };
  if (cancelledHere || !isEmpty(metadata) || details !== resetDetails) return end;
  // Servers in Go reset a call when its time is up, and may be the first to notice.
  if (Date.now() >= deadline)
    return { ...end, code: Code.DEADLINE_EXCEEDED, detail: 'the deadline is over' };
  // A server that ends what does not finish in time resets the call; nobody who called wanted that.
  return { ...end, code: Code.UNAVAILABLE, detail: 'the call was cut off' };
}

/**
 * grpc-js knows, and does not tell. A call that a connection has taken has that connection's peer; one
 * that none has taken has the channel's target, which begins with a scheme.
 */
function fateOf(call: GrpcCall): Fate {
  return /^(ipv4:|ipv6:|dns:|unknown$)/.test(call.getPeer()) ? 'unsent' : 'processed';
}

/** Trailers that came have a content type at the least, where they stand alone. */
function isEmpty(metadata: Status['metadata'] | undefined): boolean {
  return !metadata || Object.keys(metadata.getMap()).length === 0;
}

/** grpc-js's words for streams that were reset with REFUSED_STREAM, by a limit or a server on its way out, with ENHANCE_YOUR_CALM, and with CANCEL. */
const refusedDetails = 'Stream refused by server';
const calmDetails = 'Bandwidth exhausted or memory limit exceeded';
const resetDetails = 'Call cancelled';
