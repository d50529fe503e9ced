import { randomUUID } from 'node:crypto';
import { close, createHttpServer, listen } from '@micro/http';
import { createRegistrar, type Registrar, type RegistrarState } from '@micro/registry';
import type { DescService } from '@micro/rpc';
import {
  type Answered,
  createChannels,
  createClientFactory,
  createServer,
  type ServedList,
} from '@micro/rpc';
import { createDynamic } from '@micro/rpc/dynamic';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { type OptionDefinitions, parseOptions } from './options.ts';
import { knownRegistries } from './registries.ts';
import type { Service, ServiceSpec } from './service.ts';
import { serviceOptions } from './service-options.ts';

/** A service that runs. */
export interface Running {
  /** Where it answers gRPC, `host:port`. */
  readonly address: string;
  /** Where it answers HTTP, `host:port`: its own, or health and metrics. */
  readonly httpAddress: string;
  readonly log: Log;
  /** Leaves in order: not ready, withdrawn, calls in flight finished, closed. */
  stop(): Promise<void>;
}

/** A source that is away shall not hold up an exit. */
const withdrawTimeoutMs = 1_000;

/**
 * Starts a service: listens, serves, then registers and keeps trying.
 *
 * @throws OptionsError with everything that is wrong with the options.
 * @throws Error if a port is taken or the registry can't be made.
 */
export async function start<
  const Services extends readonly DescService[] = [],
  const Options extends OptionDefinitions = Record<never, never>,
>(
  spec: ServiceSpec<Services, Options>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Running> {
  const registries = { ...knownRegistries, ...spec.registries };
  const definitions = {
    ...serviceOptions(spec.name, spec.version ?? 'latest', Object.keys(registries)),
    ...spec.options,
  };
  const options = parseOptions(definitions, argv, env) as Service<Options>['options'];
  const { server_name: name } = options;
  const log = createLog({ level: options.log_level, format: options.log_format, service: name });
  const metrics = createMetrics(name);
  const stopping = new AbortController();
  // Last opened, first closed: also when the start fails half way.
  const closers: Array<() => Promise<void> | void> = [];
  const closeAll = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };

  try {
    const registry = await (registries[options.registry] as (typeof registries)[string])({
      address: options.registry_address,
      env,
      onProblem: (problem) => log.warn({ problem }, 'registry problem'),
    });
    closers.push(() => registry.close());
    const channels = createChannels(registry);
    closers.push(() => channels.close());
    const client = createClientFactory({
      channels,
      name,
      timeoutMs: options.client_request_timeout,
    });
    const dynamic = createDynamic({
      registry,
      channels,
      client,
      name,
      timeoutMs: options.client_request_timeout,
    });
    closers.push(() => dynamic.close());

    const rpc = createServer<Services>({
      name,
      client,
      handlers: spec.handlers ?? ([] as unknown as ServedList<Services>),
      onAnswered(call) {
        metrics.answered(call);
        logBroken(log, call);
      },
    });
    const address = await rpc.listen(options.server_address);
    closers.push(() => rpc.close(options.shutdown_timeout));

    let registrar: Registrar | undefined;
    const http = createHttpServer({
      name,
      stats: options.enable_stats,
      notReady: () => (stopping.signal.aborted ? 'stopping' : whyNot(registrar?.state)),
      metrics: metrics.read,
      onError: (request, error) => log.error({ ...request, err: error }, 'request failed'),
    });
    const service: Service<Options> = {
      name,
      options,
      log,
      registry,
      client,
      dynamic,
      stopping: stopping.signal,
    };
    await spec.http?.routes(http, service);
    const httpAddress = await listen(http, spec.http?.address(options) ?? options.health_address);
    closers.push(() => close(http, options.shutdown_timeout));

    rpc.setServing(true);
    registrar = createRegistrar({
      registry,
      node: {
        id: options.server_id || `${name}-${randomUUID()}`,
        service: name,
        version: options.server_version,
        address: options.server_advertise || address,
        metadata: {
          broker: 'http',
          protocol: 'grpc',
          registry: registry.kind,
          server: 'grpc',
          transport: 'grpc',
          ...options.server_metadata,
        },
        endpoints: rpc.endpoints,
      },
      ttlMs: options.register_ttl,
      intervalMs: options.register_interval,
      onState: (state) => logRegistration(log, state, registry.kind),
    });
    log.info(
      {
        grpc: address,
        http: httpAddress,
        version: options.server_version,
        registry: registry.kind,
      },
      'started',
    );

    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      stopping.abort();
      rpc.setServing(false);
      await registrar
        .withdraw(withdrawTimeoutMs)
        .catch((error: Error) => log.warn({ error: error.message }, 'could not withdraw'));
      await new Promise((resolve) => setTimeout(resolve, options.shutdown_delay));
      await closeAll();
      log.info({}, 'stopped');
    };
    return {
      address,
      httpAddress,
      log,
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function whyNot(state: RegistrarState | undefined): string | undefined {
  if (state?.state === 'registered') return undefined;
  const error = state?.state === 'registering' ? state.error?.message : undefined;
  return error === undefined ? 'not registered yet' : `not registered: ${error}`;
}

function logRegistration(log: Log, state: RegistrarState, registry: string): void {
  if (state.state === 'registered') log.info({ registry }, 'registered');
  else if (state.state === 'withdrawn') log.info({ registry }, 'withdrawn');
  else if (state.error)
    log.warn({ registry, error: state.error.message }, 'could not register, trying again');
}

/** What callers were not told is told here. */
function logBroken(log: Log, { endpoint, code, error }: Answered): void {
  if (code === 500) log.error({ endpoint, err: error?.cause ?? error }, 'call failed');
}
