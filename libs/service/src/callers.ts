import type { Registry } from '@micro/registry';
import {
  type ClientFactory,
  createChannels,
  createClientFactory,
  type TlsIdentity,
  type Tracer,
} from '@micro/rpc';
import { createDynamic, type Dynamic } from '@micro/rpc/dynamic';
import type { Metrics } from './metrics.ts';
import type { ServiceOptions } from './service-options.ts';

/** The ways to call others, all over the same connections. */
export interface Callers {
  readonly client: ClientFactory;
  readonly dynamic: Dynamic;
  close(): void;
}

/** @param id Of this process in the registry. */
export function createCallers(
  registry: Registry,
  options: ServiceOptions,
  id: string,
  metrics: Metrics,
  tls: TlsIdentity | undefined,
  tracer: Tracer | undefined,
): Callers {
  const { server_name: name, server_zone: zone, client_retries: retries } = options;
  const { client_request_timeout: timeoutMs } = options;
  const channels = createChannels(registry, {
    self: { id, service: name },
    meter: metrics.clientMeter,
    ...(zone && { zone }),
    ...(tls && { tls }),
    ...(tracer && { tracer }),
  });
  metrics.followNodes(() => channels.counts);
  const client = createClientFactory({ channels, name, timeoutMs, retries });
  const dynamic = createDynamic({ registry, channels, client, name, timeoutMs, retries });
  return {
    client,
    dynamic,
    close() {
      dynamic.close();
      channels.close();
    },
  };
}
