import { setImmediate } from 'node:timers/promises';
import type { Metadata as GrpcMetadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { joinAddress } from '@micro/registry';
import { Code } from '../code.ts';
import type { IncomingCall, IncomingHandler, Metadata, MethodKind } from '../transport.ts';
import { identitiesOf } from './identities.ts';
import { fromMetadata, toMetadata } from './metadata.ts';
import type { OpenCalls } from './open-calls.ts';

/** Bytes of answers on their way from which on the caller does not keep up: HTTP/2's first window. */
const enoughBytes = 64 * 1024;
/** go-micro's clients say only when they leave a stream that they ask no more: for so long it may yet be said. */
const patienceMs = 10;
const nothing = new Uint8Array();

/** Who answers the calls of one path. */
export interface Answerer {
  readonly kind: MethodKind;
  readonly handler: IncomingHandler;
  readonly maxHeaderBytes: number;
  /** Calls that have not ended. */
  readonly open: OpenCalls<Incoming>;
}

/** A call of grpc-js: hears what comes, in grpc-js's words, and offers it in ours. */
export class Incoming implements IncomingCall {
  metadata: Metadata = {};
  request: Uint8Array = nothing;
  readonly #call: ServerInterceptingCallInterface;
  readonly #by: Answerer;
  #state: 'open' | 'ended' | 'cancelled' = 'open';
  #onCancelled: (() => void) | undefined;
  /** Waits for the next request; undefined is the end of them. */
  #onRequest: ((request: Uint8Array | undefined) => void) | undefined;
  #unsentBytes = 0;
  #room: Promise<void> | undefined;
  #onRoom: (() => void) | undefined;
  #answered = false;

  constructor(call: ServerInterceptingCallInterface, by: Answerer) {
    this.#call = call;
    this.#by = by;
  }

  get deadline(): number | undefined {
    const deadline = Number(this.#call.getDeadline());
    return deadline === Infinity ? undefined : deadline;
  }

  get peer(): string {
    const { remoteAddress = 'unknown', remotePort = 0 } = this.#call.getConnectionInfo();
    return joinAddress(remoteAddress, remotePort);
  }

  get identities(): readonly string[] {
    return identitiesOf(this.#call.getAuthContext().sslPeerCertificate?.subjectaltname);
  }

  get cancelled(): boolean {
    return this.#state === 'cancelled';
  }

  get requests(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    while (this.#state === 'open') {
      const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
      this.#onRequest = resolve;
      this.#call.startRead();
      const request = await promise;
      if (request) yield request;
      // A stream that is cut off looks at its end for a moment before grpc-js says that it is.
      else return await setImmediate();
    }
  }

  onCancelled(listener: () => void): void {
    this.#onCancelled = listener;
  }

  sendHeader(metadata: Metadata): void {
    this.#call.sendMetadata(toMetadata(metadata));
  }

  send(message: Uint8Array): Promise<void> | undefined {
    if (this.#state !== 'open') return undefined;
    const size = message.byteLength;
    this.#unsentBytes += size;
    this.#call.sendMessage(message, () => {
      this.#unsentBytes -= size;
      if (this.#unsentBytes < enoughBytes) this.#makeRoom();
    });
    if (this.#unsentBytes < enoughBytes) return undefined;
    this.#room ??= this.#waitForRoom();
    return this.#room;
  }

  /** To the deadline at most: grpc-js tells of that only when what was sent before has left. */
  #waitForRoom(): Promise<void> {
    const { deadline } = this;
    const late = (): void => this.cut(Code.DEADLINE_EXCEEDED, 'the deadline is over');
    const timer =
      deadline === undefined ? undefined : setTimeout(late, Math.max(0, deadline - Date.now()));
    return new Promise((resolve) => {
      this.#onRoom = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(code: Code, detail: string, metadata: Metadata): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#call.sendStatus({
      code,
      // grpc-js throws at half a surrogate pair, where nobody could catch it.
      details: detail.toWellFormed(),
      metadata: isEmpty(metadata) ? null : toMetadata(metadata),
    });
  }

  /** Ends the call for a reason of the server's; who answers it is told as if the caller had left. */
  cut(code: Code, detail: string): void {
    if (this.#state !== 'open') return;
    this.end(code, detail, {});
    this.#state = 'cancelled';
    this.#deliver(undefined);
    this.#makeRoom();
    this.#onCancelled?.();
  }

  // What follows is called by grpc-js.

  onReceiveMetadata(received: GrpcMetadata): void {
    this.#by.open.add(this);
    this.metadata = fromMetadata(received);
    const { kind, maxHeaderBytes } = this.#by;
    if (sizeOf(this.metadata) > maxHeaderBytes) {
      const detail = `expected at most ${maxHeaderBytes} bytes of metadata`;
      this.end(Code.RESOURCE_EXHAUSTED, detail, {});
    } else if (kind === 'unary' || kind === 'server_streaming') this.#call.startRead();
    else this.#by.handler(this);
  }

  onReceiveMessage(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (this.#onRequest) this.#deliver(message);
    else if (this.request === nothing) {
      this.request = message;
      this.#call.startRead();
      if (this.#by.kind === 'server_streaming') setTimeout(() => this.#answer(), patienceMs);
    } else this.cut(Code.UNIMPLEMENTED, 'expected one request, got more');
  }

  onReceiveHalfClose(): void {
    if (this.#state !== 'open') return;
    if (this.#onRequest) this.#deliver(undefined);
    else if (this.request === nothing)
      this.end(Code.UNIMPLEMENTED, 'expected a request, got none', {});
    else this.#answer();
  }

  /** Also called after a call has ended as it should. */
  onCancel(): void {
    this.#by.open.delete(this);
    const cancelled = this.#state === 'open';
    if (cancelled) this.#state = 'cancelled';
    this.#deliver(undefined);
    this.#makeRoom();
    if (cancelled) this.#onCancelled?.();
  }

  #answer(): void {
    if (this.#answered || this.#state !== 'open') return;
    this.#answered = true;
    this.#by.handler(this);
  }

  #deliver(request: Uint8Array | undefined): void {
    const deliver = this.#onRequest;
    this.#onRequest = undefined;
    deliver?.(request);
  }

  #makeRoom(): void {
    this.#onRoom?.();
    this.#onRoom = undefined;
    this.#room = undefined;
  }
}

function isEmpty(metadata: Metadata): boolean {
  for (const _ in metadata) return false;
  return true;
}

/** As HTTP/2 counts headers: RFC 9113, 10.5.1. */
function sizeOf(metadata: Metadata): number {
  let bytes = 0;
  for (const key in metadata) bytes += 32 + key.length + (metadata[key]?.length ?? 0);
  return bytes;
}
