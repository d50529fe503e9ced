import * as grpc from '@grpc/grpc-js';
import type { Registry } from '@micro/registry';
import { registerResolver, registryOption } from './resolver.ts';

/** The connections of this process: one channel a service, made when first called. */
export interface Channels {
  /** @param name A registered service's name. */
  open(name: string): grpc.Client;
  close(): void;
}

/** gRPC's name for "no more than this between tries", in milliseconds; its default is two minutes. */
const maxReconnectMs = 5_000;

export function createChannels(registry: Registry): Channels {
  registerResolver();
  const channels = new Map<string, grpc.Client>();
  return {
    open(name) {
      const known = channels.get(name);
      if (known) return known;
      const channel = new grpc.Client(
        `micro:///${encodeURIComponent(name)}`,
        grpc.credentials.createInsecure(),
        {
          [registryOption]: registry,
          'grpc.enable_http_proxy': 0,
          'grpc.initial_reconnect_backoff_ms': 200,
          'grpc.max_reconnect_backoff_ms': maxReconnectMs,
          // A frozen peer holds its connection open: only asking finds it.
          'grpc.keepalive_time_ms': 20_000,
          'grpc.keepalive_timeout_ms': 5_000,
        },
      );
      channels.set(name, channel);
      return channel;
    },
    close() {
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}
