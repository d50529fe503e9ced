import type { Registry } from '@micro/registry';
import { type ClientFactory, createChannels, createClientFactory } from '@micro/rpc';
import { createDynamic, type Dynamic } from '@micro/rpc/dynamic';

/** The ways to call others, all over the same connections. */
export interface Callers {
  readonly client: ClientFactory;
  readonly dynamic: Dynamic;
  close(): void;
}

/** @param name Who calls. */
export function createCallers(registry: Registry, name: string, timeoutMs: number): Callers {
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name, timeoutMs });
  const dynamic = createDynamic({ registry, channels, client, name, timeoutMs });
  return {
    client,
    dynamic,
    close() {
      dynamic.close();
      channels.close();
    },
  };
}
