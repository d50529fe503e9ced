import { randomUUID } from 'node:crypto';
import type { Registry } from '@micro/registry';
import { createRetryBudget, type RetryBudget } from '../balancer/budget.ts';
import { type ClientMeter, silentMeter } from '../balancer/meter.ts';
import type { Tracer } from '../tracing.ts';
import { grpcJs } from '../transport/grpc-js/index.ts';
import type { Connection, ConnectionState, TlsFiles, Transport } from '../transport/transport.ts';
import { createDestination, type Destination } from './destination.ts';

/** The connections of this process: those to the nodes of a service are made when it is first called. */
export interface Channels {
  /** @param service A registered service's name. */
  open(service: string): Destination;
  /** Ends all connections, calls on their way too. */
  close(): void;
}

export interface ChannelsOptions {
  /** Who calls: an id that is the same as long as the process lives, its node's where it is one. @default a random one */
  readonly clientId?: string;
  /** Where this process is: nodes whose metadata names the same zone are called rather than others. */
  readonly zone?: string;
  /** Encrypts connections, and proves who calls. */
  readonly tls?: TlsFiles;
  /** Bytes of one message, either way. @default 4 MiB */
  readonly maxMessageBytes?: number;
  readonly meter?: ClientMeter;
  readonly tracer?: Tracer;
  /** To how many nodes of one service to be connected at most. @default 20 */
  readonly maxNodes?: number;
  /** What carries the calls. @default grpc-js */
  readonly transport?: Pick<Transport, 'connect'>;
}

/** What all destinations of a process have in common. */
export interface Surroundings {
  readonly registry: Registry;
  readonly clientId: string;
  readonly zone: string | undefined;
  readonly maxNodes: number;
  readonly budget: RetryBudget;
  readonly meter: ClientMeter;
  readonly tracer: Tracer | undefined;
  connect(
    address: string,
    authority: string,
    onState: (state: ConnectionState) => void,
  ): Connection;
}

export function createChannels(registry: Registry, options: ChannelsOptions = {}): Channels {
  const { clientId = randomUUID(), maxNodes = 20, zone, tls, tracer } = options;
  const { maxMessageBytes = 4 * 1024 * 1024, meter = silentMeter, transport = grpcJs } = options;
  const surroundings: Surroundings = {
    registry,
    clientId,
    zone,
    maxNodes,
    budget: createRetryBudget(() => performance.now()),
    meter,
    tracer,
    connect: (address, authority, onState) =>
      transport.connect({ address, authority, maxMessageBytes, onState, ...(tls && { tls }) }),
  };
  const destinations = new Map<string, Destination>();
  return {
    open(service) {
      const known = destinations.get(service);
      if (known) return known;
      const destination = createDestination(service, surroundings);
      destinations.set(service, destination);
      return destination;
    },
    close() {
      for (const destination of destinations.values()) destination.close();
      destinations.clear();
    },
  };
}
