import { close, createHttpServer, listen } from '@micro/http';
import type { Registrar, Registry } from '@micro/registry';
import {
  type Answered,
  type ClientFactory,
  createServer,
  type DescService,
  type ServedList,
} from '@micro/rpc';
import { createCallers } from './callers.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type OptionDefinitions, OptionsError, parseOptions } from './options.ts';
import { register, whyNotHeard, whyNotRegistered } from './registration.ts';
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
  /** Calls services as this one does; with `--registry=memory` it finds itself, and no other. */
  readonly client: ClientFactory;
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
  const options = readOptions(spec, argv, env);
  const name = options.server_name;
  const log = createLog({ level: options.log_level, format: options.log_format, service: name });
  const metrics = createMetrics(name);
  const stopping = new AbortController();
  const graceMs = options.shutdown_timeout;
  // Last opened, first closed; all of it if the start fails half way.
  await using opened = new AsyncDisposableStack();

  const registry = await openRegistry(spec, options, env, log, metrics);
  metrics.follow(registry);
  opened.defer(() => registry.close());
  const {
    client,
    dynamic,
    close: closeCallers,
  } = createCallers(registry, name, options.client_request_timeout);
  opened.defer(closeCallers);

  const rpc = createServer({
    name,
    client,
    handlers: spec.handlers ?? ([] as unknown as ServedList<Services>),
    onAnswered(call) {
      metrics.answered(call);
      logBroken(log, call);
    },
  });
  const address = await rpc.listen(options.server_address);
  opened.defer(async () => {
    await rpc.close(graceMs);
  });

  let registrar: Registrar | undefined;
  const http = createHttpServer({
    name,
    stats: options.enable_stats,
    notReady: () =>
      stopping.signal.aborted
        ? 'stopping'
        : (whyNotRegistered(registrar?.state, registry.status) ?? whyNotHeard(registry.status)),
    metrics: metrics.read,
    stopping: stopping.signal,
    onError: (request, error) => log.error({ ...request, err: error }, 'request failed'),
  });
  await spec.http?.routes(http, {
    name,
    options,
    log,
    registry,
    client,
    dynamic,
    stopping: stopping.signal,
  });
  const httpAddress = await listen(http, spec.http?.address(options) ?? options.health_address);
  opened.defer(() => close(http, graceMs));

  rpc.setServing(true);
  const { server_version: version } = options;
  log.info({ grpc: address, http: httpAddress, version, registry: registry.kind }, 'started');
  registrar = register(registry, rpc, address, options, log);

  const closing = opened.move();
  const stop = async (): Promise<void> => {
    stopping.abort();
    rpc.setServing(false);
    await withdraw(registrar, log);
    // Callers hear of it now; those who have not yet still find an open door.
    await new Promise((resolve) => setTimeout(resolve, options.shutdown_delay));
    await closing.disposeAsync();
    log.info({}, 'stopped');
  };
  let stopped: Promise<void> | undefined;
  return {
    address,
    httpAddress,
    log,
    client,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

type AnySpec<Options extends OptionDefinitions> = Pick<
  ServiceSpec<readonly DescService[], Options>,
  'name' | 'version' | 'options' | 'registries'
>;

/** Every option a service understands: those of all services and its own. */
export function definitionsOf<Options extends OptionDefinitions>(spec: AnySpec<Options>) {
  const registries = Object.keys({ ...knownRegistries, ...spec.registries });
  return { ...serviceOptions(spec.name, spec.version ?? 'latest', registries), ...spec.options };
}

function readOptions<Options extends OptionDefinitions>(
  spec: AnySpec<Options>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Service<Options>['options'] {
  const options = parseOptions(definitionsOf(spec), argv, env) as Service<Options>['options'];
  const { register_interval: interval, register_ttl: ttl } = options;
  if (interval >= ttl)
    throw new OptionsError([
      `expected register_interval to be less than register_ttl, got ${interval / 1000} and ${ttl / 1000}: a registration would expire between repeats`,
    ]);
  return options;
}

async function openRegistry<Options extends OptionDefinitions>(
  { registries }: AnySpec<Options>,
  { registry, registry_address: address, snapshot_dir: snapshotDirectory }: Service['options'],
  env: NodeJS.ProcessEnv,
  log: Log,
  { meter }: Metrics,
): Promise<Registry> {
  const create = { ...knownRegistries, ...registries }[registry];
  if (!create) throw new Error(`expected a registry called ${registry}`);
  try {
    return await create({
      address,
      snapshotDirectory,
      env,
      onProblem: ({ message }) => log.warn({ problem: message }, 'registry problem'),
      onStatus: ({ state, reason, counts }) =>
        log.info({ state, ...(reason && { reason }), nodes: counts?.live ?? 0 }, 'registry'),
      meter,
    });
  } catch (cause) {
    // What it lacks is for people to set, and no other try brings it.
    throw new OptionsError([`${registry}: ${(cause as Error).message}`], { cause });
  }
}

async function withdraw(registrar: Registrar, log: Log): Promise<void> {
  try {
    await registrar.withdraw(withdrawTimeoutMs);
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'could not withdraw');
  }
}

/** What callers were not told is told here, by the id they were given. */
function logBroken(log: Log, { endpoint, code, error, id }: Answered): void {
  if (code === 500) log.error({ endpoint, id, err: error?.cause ?? error }, 'call failed');
}
