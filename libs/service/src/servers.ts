import { close, createHttpServer, listen } from '@micro/http';
import {
  type Answered,
  createServer,
  type DescService,
  type RpcServer,
  type ServedList,
  type TlsIdentity,
  type Tracer,
} from '@micro/rpc';
import { definitionsOf, httpOptionOf } from './configuration.ts';
import { listening } from './listening.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type OptionDefinitions, variableOf } from './option-definition.ts';
import type { Service, ServiceSpec } from './service.ts';

/** The two ways in: gRPC, and HTTP for its own routes or for health and metrics alone. */
export interface Servers {
  readonly rpc: RpcServer;
  /** Where gRPC is answered, `host:port`. */
  readonly address: string;
  /** Where HTTP is answered, `host:port`. */
  readonly httpAddress: string;
  /**
   * Takes nothing new on either, waits for what is in flight and ends what is left after `graceMs`.
   *
   * @returns How many calls and requests were ended.
   */
  close(graceMs: number): Promise<number>;
}

/**
 * Opens both.
 *
 * @param notReady Why the service is not ready, for `/readyz`, which also knows why gRPC does not serve.
 * @throws Error naming the flag to change if one can't listen; then neither does.
 */
export async function openServers<
  Services extends readonly DescService[],
  Options extends OptionDefinitions,
>(
  spec: ServiceSpec<Services, Options>,
  service: Service<Options>,
  metrics: Metrics,
  tls: TlsIdentity | undefined,
  tracer: Tracer | undefined,
  notReady: () => string | undefined,
): Promise<Servers> {
  const { name, options, log, client, stopping } = service;
  const definitions: OptionDefinitions = definitionsOf(spec);
  const variable = (option: string): string => {
    const definition = definitions[option];
    return definition ? variableOf(option, definition) : option;
  };
  await using opened = new AsyncDisposableStack();
  const rpc = createServer({
    name,
    client,
    passMetadata: options.pass_metadata,
    maxCalls: options.server_max_calls,
    checks: spec.checks ?? {},
    onTrouble: (trouble) =>
      trouble === undefined
        ? log.info({}, 'healthy again')
        : log.warn({ reason: trouble }, 'not healthy'),
    tracer,
    ...(tls && { tls }),
    handlers: spec.handlers ?? ([] as unknown as ServedList<Services>),
    onAnswered(call) {
      metrics.answered(call);
      logBroken(log, call);
    },
  });
  const address = await listening(
    'server_address',
    variable('server_address'),
    options.server_address,
    rpc.listen,
  );
  opened.defer(async () => {
    await rpc.close(0);
  });

  const http = createHttpServer({
    name,
    stats: options.enable_stats,
    notReady: () => notReady() ?? rpc.failingCheck(),
    metrics: metrics.read,
    stopping,
    onError: (request, error) => log.error({ ...request, err: error }, 'request failed'),
  });
  await spec.http?.routes(http, service);
  const flag = httpOptionOf(spec);
  const values: Readonly<Record<string, unknown>> = options;
  const at = String(values[flag]);
  const httpAddress = await listening(flag, variable(flag), at, (to) => listen(http, to));

  opened.move();
  return {
    rpc,
    address,
    httpAddress,
    async close(graceMs) {
      const [requests, calls] = await Promise.all([close(http, graceMs), rpc.close(graceMs)]);
      return requests + calls;
    },
  };
}

/** What callers were not told is told here, by the id they were given. */
function logBroken(log: Log, { endpoint, code, error, id }: Answered): void {
  if (code === 500) log.error({ endpoint, id, err: error?.cause ?? error }, 'call failed');
}
