import {
  createRegistrar,
  type Node,
  type Registrar,
  type RegistrarState,
  type Registry,
  RegistryError,
  type Status,
} from '@micro/registry';
import type { RpcServer } from '@micro/rpc';
import type { Log } from './log.ts';
import type { ServiceOptions } from './service-options.ts';

/** Puts a listening server into the registry and keeps it there, saying each change of state once. */
export function register(
  registry: Registry,
  server: RpcServer,
  address: string,
  id: string,
  options: ServiceOptions,
  log: Log,
): Registrar {
  return createRegistrar({
    registry,
    node: nodeOf(registry, server, address, id, options),
    ttlMs: options.register_ttl,
    intervalMs: options.register_interval,
    onState: (state) => logState(log, state, registry.kind),
  });
}

/** A source that is away shall not hold up an exit. */
const withdrawTimeoutMs = 1_000;

/** Takes it out of the registry, or has tried for a second and says why it could not. */
export async function withdraw(registrar: Registrar, log: Log): Promise<void> {
  try {
    await registrar.withdraw(withdrawTimeoutMs);
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'could not withdraw');
  }
}

/** How long a watch may take to tell every caller that a pod is going. */
const kubernetesLameDuckMs = 3_000;

/**
 * How long calls are still taken after it withdrew, for callers to hear of it. Where nobody says, that
 * is a moment in kubernetes alone: the other forms tell at once, and in an emergency callers try again.
 */
export function lameDuckMs(
  { shutdown_delay: delayMs }: Pick<ServiceOptions, 'shutdown_delay'>,
  { kind }: Pick<Registry, 'kind'>,
): number {
  return delayMs ?? (kind === 'kubernetes' ? kubernetesLameDuckMs : 0);
}

/**
 * undefined once it is registered, else why it is not, for `/readyz`. A process that began while the
 * source is away, and knows the others from a life before, is ready: the source tells nobody
 * anything, and will be written to when it is back. It may take half a minute to find out that it is
 * away, where it does not answer.
 */
export function whyNotRegistered(
  registrar: RegistrarState | undefined,
  { state }: Status,
): string | undefined {
  if (registrar?.state === 'registered') return undefined;
  const error =
    registrar?.state === 'registering' || registrar?.state === 'failed'
      ? registrar.error
      : undefined;
  const away = error instanceof RegistryError && error.code === 'unavailable';
  if (state === 'stale' && registrar?.state === 'registering' && (away || !error)) return undefined;
  return error === undefined ? 'not registered yet' : `not registered: ${error.message}`;
}

/** undefined unless somebody here watches and has not seen anything yet, for `/readyz`. */
export function whyNotHeard({ state, reason }: Status): string | undefined {
  return state === 'starting'
    ? `the registry has not been heard yet: ${reason ?? 'it is asked'}`
    : undefined;
}

/** The metadata is what a go-micro service with the gRPC server writes, so that its clients dial us. */
function nodeOf(
  registry: Registry,
  server: RpcServer,
  address: string,
  id: string,
  options: ServiceOptions,
): Node {
  const { server_name: service } = options;
  return {
    id,
    service,
    version: options.server_version,
    address: options.server_advertise || address,
    metadata: {
      broker: 'http',
      protocol: 'grpc',
      registry: registry.kind,
      server: 'grpc',
      transport: 'grpc',
      ...(options.server_zone && { zone: options.server_zone }),
      ...options.server_metadata,
    },
    endpoints: server.endpoints,
  };
}

function logState(log: Log, state: RegistrarState, registry: string): void {
  const error = 'error' in state ? state.error?.message : undefined;
  if (state.state === 'registering')
    log.warn({ registry, error }, 'could not register, trying again');
  else if (state.state === 'failed') log.error({ registry, error }, 'can not be registered');
  else log.info({ registry }, state.state);
}
