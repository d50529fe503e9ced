import {
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import { Code } from '../code.ts';
import { createDoor } from '../door.ts';
import { createTlsGate } from '../tls-gate.ts';
import type { Listener, ListenerLimits, ListenerOptions } from '../transport.ts';
import { type Answerer, Incoming } from './incoming.ts';
import { createOpenCalls } from './open-calls.ts';

/** What is said last is on its way for so long at most; a connection that says nothing waits no longer either. */
const lingerMs = 250;

/** Answers gRPC calls with grpc-js. */
export function createListener({ limits, tls }: ListenerOptions): Listener {
  const answerers = new Map<string, Answerer>();
  const open = createOpenCalls<Incoming>();
  const server = new Server({
    ...serverOptions(limits),
    interceptors: [({ path }, call) => new Taken(call, answerers.get(path))],
  });
  // Connections are accepted by us: grpc-js can't end one that has not spoken HTTP/2.
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  // They are encrypted by us too: grpc-js would not say why a handshake failed.
  const inject = connections.injectConnection;
  const door = createDoor(tls ? createTlsGate(tls, inject) : inject);

  return {
    answer(path, kind, handler) {
      answerers.set(path, { kind, handler, maxHeaderBytes: limits.maxHeaderBytes, open });
      server.register(path, untaken, asBuffer, asItIs, 'serverStream');
    },
    listen: door.open,
    async close(graceMs) {
      const shut = door.shut();
      // Its own word that it is done comes before the last answers have left.
      server.tryShutdown(() => {});
      await atMost(graceMs, open.none());
      const left = open.all();
      for (const call of left) call.cut(Code.UNAVAILABLE, 'the server is closing');
      await atMost(lingerMs, shut);
      door.clear();
      return left.length;
    },
  };
}

/** Takes a call before grpc-js makes a Node stream of it, which costs more than the rest of a small call. */
class Taken extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #by: Answerer | undefined;

  constructor(call: ServerInterceptingCallInterface, by: Answerer | undefined) {
    super(call);
    this.#call = call;
    this.#by = by;
  }

  override start(): void {
    if (this.#by) this.#call.start(new Incoming(this.#call, this.#by));
  }
}

function serverOptions({ maxRequestBytes, maxResponseBytes, maxStreams }: ListenerLimits) {
  return {
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.max_send_message_length': maxResponseBytes,
    'grpc.max_concurrent_streams': maxStreams,
    'grpc-node.max_session_memory': sessionMemoryMiB,
    // A caller that is gone without a word would hold its calls for ever.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 5_000,
    // Callers find new nodes and show new certificates. Without a limit to what follows: no new calls
    // come on an old connection, and those it has may take their time.
    'grpc.max_connection_age_ms': 30 * 60_000,
    'grpc.enable_channelz': 0,
  };
}

/** Of one connection. Node refuses new calls beyond it, so it must hold what well-behaved callers leave unread. */
const sessionMemoryMiB = 64;

/** Never called: every call is taken before. */
function untaken(): void {}

function asItIs(bytes: Buffer): Buffer {
  return bytes;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
