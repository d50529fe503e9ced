import { isIPv4, isIPv6 } from 'node:net';
import { Channel, ChannelCredentials, connectivityState } from '@grpc/grpc-js';
import type { Connection, ConnectionOptions, ConnectionState } from '../transport.ts';
import { createHandshakes } from './credentials.ts';
import { refuse, startCall } from './outgoing-call.ts';

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
  const state = (): ConnectionState =>
    closed ? 'closed' : states[channel.getConnectivityState(false)];
  const follow = (): void =>
    channel.watchConnectivityState(channel.getConnectivityState(false), Infinity, () => {
      if (closed) return;
      follow();
      const now = state();
      if (now === 'ready') handshakes?.succeeded();
      onState(now, now === 'failed' ? handshakes?.failed() : undefined);
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
      if (closed) return refuse(events);
      const call = channel.createCall(path, head.deadline, null, null, null);
      return startCall(call, head, events, handshakes?.failed);
    },
    close() {
      closed = true;
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
