import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Registrar } from '@micro/registry';
import type { ClientFactory, DescService } from '@micro/rpc';
import { createCallers } from './callers.ts';
import { configure } from './configuration.ts';
import type { Log } from './log.ts';
import type { OptionDefinitions } from './option-definition.ts';
import { lameDuckMs, register, whyNotHeard, whyNotRegistered, withdraw } from './registration.ts';
import { openServers, type Servers } from './servers.ts';
import type { ServiceSpec } from './service.ts';
import { tlsOf } from './tls-options.ts';
import { loadTracer } from './tracing.ts';

/** A service that runs. */
export interface Running {
  /** Where it answers gRPC, `host:port`. */
  readonly address: string;
  /** Where it answers HTTP, `host:port`: its own, or health and metrics. */
  readonly httpAddress: string;
  readonly log: Log;
  /** Calls services as this one does; with `--registry=memory` it finds itself, and no other. */
  readonly client: ClientFactory;
  /**
   * Leaves in order: not ready, withdrawn, still answering for `--shutdown_delay`, calls in flight
   * finished within `--shutdown_timeout`, closed.
   */
  stop(): Promise<void>;
  /** Leaves the registry and no more, within a second: for a process that may not last. */
  abandon(): Promise<void>;
}

/**
 * Starts a service: listens, serves, then registers and keeps trying.
 *
 * @throws OptionsError with everything that is wrong with the configuration.
 * @throws Error if it can't listen, naming the flag to change.
 */
export async function start<
  const Services extends readonly DescService[] = [],
  const Options extends OptionDefinitions = Record<never, never>,
>(
  spec: ServiceSpec<Services, Options>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Running> {
  const { options, registry, log, metrics } = await configure(spec, argv, env);
  const { server_name: name, server_version: version } = options;
  const id = options.server_id || `${name}-${randomUUID()}`;
  const tls = tlsOf(options, log);
  const tracer = await loadTracer();
  const leaving = new AbortController();
  const stopping = leaving.signal;
  let registrar: Registrar | undefined;
  const notReady = (): string | undefined =>
    stopping.aborted
      ? 'stopping'
      : (whyNotRegistered(registrar?.state, registry.status) ?? whyNotHeard(registry.status));

  // The parts in the order of starting, each with how it ends. Last begun, first ended; all of them
  // if the start fails half way.
  await using parts = new AsyncDisposableStack();
  parts.adopt(registry, (it) => it.close());
  const { client, dynamic } = parts.adopt(
    createCallers(registry, options, id, metrics, tls, tracer),
    (it) => it.close(),
  );
  const service = { name, options, log, registry, client, dynamic, stopping };
  const servers = parts.adopt(
    await openServers(spec, service, metrics, tls, tracer, notReady),
    (it) => finish(it, options.shutdown_timeout, log),
  );
  const { rpc, address, httpAddress } = servers;
  rpc.setServing(true);
  metrics.follow(registry);
  log.info({ grpc: address, http: httpAddress, version, registry: registry.kind }, 'started');
  parts.defer(() => wait(lameDuckMs(options, registry)));
  const registered = register(registry, rpc, address, id, options, log);
  registrar = registered;
  const leave = once(() => withdraw(registered, log));
  parts.defer(leave);
  parts.defer(() => {
    leaving.abort();
    rpc.setServing(false);
  });

  const running = parts.move();
  return {
    address,
    httpAddress,
    log,
    client,
    stop: once(async () => {
      await running.disposeAsync();
      log.info({}, 'stopped');
    }),
    abandon: leave,
  };
}

/** Lets calls in flight finish, and says how many did not. */
async function finish(servers: Servers, graceMs: number, log: Log): Promise<void> {
  const calls = await servers.close(graceMs);
  if (calls > 0) log.warn({ calls, seconds: graceMs / 1000 }, 'ended calls that did not finish');
}

/** Whoever asks again waits for what the first one began. */
function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}
