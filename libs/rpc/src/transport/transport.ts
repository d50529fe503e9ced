import type { Code } from './code.ts';
import type { TlsIdentity } from './tls-identity.ts';

/**
 * What a transport of gRPC calls is, whatever carries them: bytes in, bytes out. Messages have no
 * type here, retries and balancing are above. Every transport passes the suite in `contract.ts`.
 */
export interface Transport {
  /** Makes a connection to one address; nothing is sent before it is told to connect or called. */
  connect(options: ConnectionOptions): Connection;
  createListener(options: ListenerOptions): Listener;
}

/**
 * Keys in lower case. Several values of one key are joined by ", "; of a key that ends in `-bin`
 * the value is base64.
 */
export type Metadata = Readonly<Record<string, string>>;

export interface ConnectionOptions {
  /** `host:port`, an IPv6 host in brackets. */
  readonly address: string;
  /** What the other side is called as: the `:authority` of calls. */
  readonly authority: string;
  /** With it the connection is encrypted, and each side proves who it is. */
  readonly tls?: ConnectionTls;
  /** Bytes of one message, either way. */
  readonly maxMessageBytes: number;
  /** Hears each change of `state`; of `failed` also why, in words for callers, where it is known. */
  readonly onState: (state: ConnectionState, cause?: string) => void;
}

export interface ConnectionTls {
  readonly identity: TlsIdentity;
  /** The registered name of the service that the other side has to prove to be. */
  readonly service: string;
}

/** `failed` is tried again by itself after a while; `idle` waits for `connect` or a call. */
export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'failed' | 'closed';

/** One connection to one address. */
export interface Connection {
  readonly state: ConnectionState;
  connect(): void;
  /**
   * Starts a call. Nothing is thrown: what goes wrong is told to `events.end`, never from within.
   *
   * @param path `/go.micro.srv.greeter.Say/Hello`.
   */
  call(path: string, head: CallHead, events: CallEvents): OutgoingCall;
  /** Takes no more calls. Those it has go on as long as they may. */
  close(): void;
}

export interface CallHead {
  readonly metadata: Metadata;
  /** Milliseconds since 1970; Infinity for never. */
  readonly deadline: number;
}

/** What comes back. `end` is the last, and comes once. */
export interface CallEvents {
  /** @param read Reads the headers: most calls do not want to know. */
  header?(read: () => Metadata): void;
  message(bytes: Uint8Array): void;
  end(end: CallEnd): void;
}

/** A call as the one who makes it holds it. */
export interface OutgoingCall {
  /** @param sent Called once there is room for the next message: none may be sent before. */
  send(message: Uint8Array, sent?: () => void): void;
  /** There are no more messages. */
  finish(): void;
  /** Asks for one more message; none comes unasked. */
  read(): void;
  cancel(code: Code, detail: string): void;
}

/** How a call ended. */
export interface CallEnd {
  readonly code: Code;
  /** In gRPC's words or the service's; empty where nobody said anything. */
  readonly detail: string;
  /** The trailers. */
  readonly metadata: Metadata;
  readonly fate: Fate;
}

/**
 * How far a call came: it never left, the other side's transport refused it before any handler saw it, or a
 * handler may have seen it.
 */
export type Fate = 'unsent' | 'refused' | 'processed';

export interface ListenerOptions {
  /** With it connections are encrypted, and callers have to prove who they are. */
  readonly tls?: TlsIdentity;
  readonly limits: ListenerLimits;
}

/** What a stranger may make large. */
export interface ListenerLimits {
  /** Bytes of one request. */
  readonly maxRequestBytes: number;
  /** Bytes of one response. */
  readonly maxResponseBytes: number;
  /** Calls at once on one connection. */
  readonly maxStreams: number;
  /** Bytes of the headers of one call. */
  readonly maxHeaderBytes: number;
}

/** Answers calls on one address. */
export interface Listener {
  /** Answers calls of a path from now on. Only before it listens. */
  answer(path: string, kind: MethodKind, handler: IncomingHandler): void;
  /**
   * @param address `host:port`; port 0 takes any free one.
   * @returns The port it really listens on.
   */
  listen(address: string): Promise<number>;
  /**
   * Takes no new calls and waits for those in flight.
   *
   * @param graceMs After this long those that are left are ended.
   * @returns How many were.
   */
  close(graceMs: number): Promise<number>;
}

export type MethodKind = 'unary' | 'server_streaming' | 'client_streaming' | 'bidi_streaming';

/** Must not throw. */
export type IncomingHandler = (call: IncomingCall) => void;

/** A call as the one who answers it holds it. */
export interface IncomingCall {
  readonly metadata: Metadata;
  /** Milliseconds since 1970; undefined for never. */
  readonly deadline: number | undefined;
  /** `host:port` of the other side. */
  readonly peer: string;
  /** Who the other side proved to be by its certificate: its URI names, else its DNS names. */
  readonly identities: readonly string[];
  /** The one request of a method that takes one. */
  readonly request: Uint8Array;
  /** The requests of a method that takes many; ends early when the caller cancels. */
  readonly requests: AsyncIterable<Uint8Array>;
  readonly cancelled: boolean;
  /** Hears once that the caller is gone or its deadline is over. */
  onCancelled(listener: () => void): void;
  /** Sends headers; they go by themselves with the first message. */
  sendHeader(metadata: Metadata): void;
  /** @returns A promise if the caller does not keep up: wait for it before the next. */
  send(message: Uint8Array): Promise<void> | undefined;
  /** Ends the call; the second time does nothing. */
  end(code: Code, detail: string, metadata: Metadata): void;
}
