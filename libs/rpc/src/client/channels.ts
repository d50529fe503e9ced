import { randomUUID } from 'node:crypto';
import type { Node, Registry } from '@micro/registry';
import type { MemberCounts } from '../balancer/member-counts.ts';
import { type ClientMeter, silentMeter } from '../balancer/meter.ts';
import type { Tracer } from '../tracing.ts';
import { grpcJs } from '../transport/grpc-js/index.ts';
import type { TlsIdentity } from '../transport/tls-identity.ts';
import type { Connection, ConnectionState, Transport } from '../transport/transport.ts';
import { createDestination, type Destination } from './destination.ts';

/** The connections of this process: those to the nodes of a service are made when it is first called. */
export interface Channels {
  /** @param service A registered service's name. */
  open(service: string): Destination;
  /** How many nodes, of all services together, are in which state. */
  readonly counts: MemberCounts;
  /** Ends all connections, calls on their way too, and makes no more. A process ends only when they are. */
  close(): void;
}

export interface ChannelsOptions {
  /** Who calls, if it is a node of a service: large services share their nodes out evenly among those of one. */
  readonly self?: Pick<Node, 'id' | 'service'>;
  /** Where this process is: nodes whose metadata names the same zone are called rather than others. */
  readonly zone?: string;
  /** Encrypts connections, and proves who calls. Nodes have to prove that they are of the service that is called. */
  readonly tls?: TlsIdentity;
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
  readonly self: Pick<Node, 'id' | 'service'>;
  readonly zone: string | undefined;
  readonly maxNodes: number;
  readonly meter: ClientMeter;
  readonly tracer: Tracer | undefined;
  /** @param service The registered name, which the node has to prove where there is TLS. */
  connect(
    address: string,
    service: string,
    authority: string,
    onState: (state: ConnectionState, cause?: string) => void,
  ): Connection;
}

export function createChannels(registry: Registry, options: ChannelsOptions = {}): Channels {
  const { self = { id: randomUUID(), service: '' }, maxNodes = 20 } = options;
  const { zone, tls, tracer } = options;
  const { maxMessageBytes = 4 * 1024 * 1024, meter = silentMeter, transport = grpcJs } = options;
  const surroundings: Surroundings = {
    registry,
    self,
    zone,
    maxNodes,
    meter,
    tracer,
    connect: (address, service, authority, onState) =>
      transport.connect({
        address,
        authority,
        maxMessageBytes,
        onState,
        ...(tls && { tls: { identity: tls, service } }),
      }),
  };
  const destinations = new Map<string, Destination>();
  let closed = false;
  return {
    open(service) {
      const known = destinations.get(service);
      if (known) return known;
      const destination = createDestination(service, surroundings);
      if (closed) destination.close();
      destinations.set(service, destination);
      return destination;
    },
    get counts() {
      return sum([...destinations.values()].map(({ counts }) => counts));
    },
    close() {
      closed = true;
      for (const destination of destinations.values()) destination.close();
      destinations.clear();
    },
  };
}

function sum(all: readonly MemberCounts[]): MemberCounts {
  const total = { ready: 0, ejected: 0, connecting: 0, idle: 0, failed: 0, leaving: 0 };
  for (const counts of all)
    for (const state of Object.keys(total) as Array<keyof MemberCounts>)
      total[state] += counts[state];
  return total;
}
