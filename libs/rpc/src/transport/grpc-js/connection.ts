import { isIPv4, isIPv6 } from 'node:net';
import { Channel, ChannelCredentials, connectivityState } from '@grpc/grpc-js';
import { Code } from '../code.ts';
import type { Connection, ConnectionOptions, ConnectionState } from '../transport.ts';
import { createHandshakes } from './credentials.ts';
import { refuse, startCall } from './outgoing-call.ts';

const maxTimerMs = 2 ** 31 - 1;

/** Who has not answered by then is taken for unreachable, until it does. */
const connectMs = 5_000;

/**
 * A channel to one address. Balancing and retries are above, so those of grpc-js are off, and calls
 * are made on the channel itself: grpc-js's `Client` would cost a sixth more.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { address, authority, tls, maxMessageBytes, onState } = options;
  const handshakes = tls && createHandshakes(tls, address, authority);
  const credentials = handshakes?.credentials ?? ChannelCredentials.createInsecure();
  const channel = new Channel(targetOf(address), credentials, {
    'grpc.default_authority': authority,
    'grpc.enable_channelz': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 5_000,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // Servers written in Go end a connection that is pinged more often. Who is hung is found by asking it.
    'grpc.keepalive_time_ms': 300_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  let closed = false;
  let overdue = false;
  let timer: NodeJS.Timeout | undefined;
  const state = (): ConnectionState => {
    if (closed) return 'closed';
    return overdue ? 'failed' : states[channel.getConnectivityState(false)];
  };
  const tell = (): void => {
    const now = state();
    if (now === 'ready') handshakes?.succeeded();
    const cause = overdue ? 'no answer while connecting' : handshakes?.failed();
    onState(now, now === 'failed' ? cause : undefined);
  };
  // grpc-js waits for ever where something accepts a connection and then says nothing.
  const limit = (): void => {
    clearTimeout(timer);
    overdue = false;
    if (channel.getConnectivityState(false) !== connectivityState.CONNECTING) return;
    timer = setTimeout(() => {
      overdue = true;
      tell();
    }, connectMs).unref();
  };
  const follow = (): void =>
    channel.watchConnectivityState(channel.getConnectivityState(false), Infinity, () => {
      if (closed) return;
      follow();
      limit();
      tell();
    });
  follow();

  return {
    get state() {
      return state();
    },
    connect() {
      if (!closed) channel.getConnectivityState(true);
    },
    call(path, head, events) {
      if (closed) return refuse(events, Code.UNAVAILABLE, 'the connection is closed');
      // More than a timer holds is for ever: servers, and grpc-js too, make nonsense of it.
      const deadline = head.deadline - Date.now() < maxTimerMs ? head.deadline : Infinity;
      const call = channel.createCall(path, deadline, null, null, null);
      return startCall(call, head, events, handshakes?.failed);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      channel.close();
    },
  };
}

const states: Readonly<Record<connectivityState, ConnectionState>> = {
  [connectivityState.IDLE]: 'idle',
  [connectivityState.CONNECTING]: 'connecting',
  [connectivityState.READY]: 'ready',
  [connectivityState.TRANSIENT_FAILURE]: 'failed',
  [connectivityState.SHUTDOWN]: 'closed',
};

function targetOf(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (isIPv4(host)) return `ipv4:${address}`;
  return isIPv6(host) ? `ipv6:${address}` : `dns:///${address}`;
}
