import type { OptionDefinition } from './option-definition.ts';
import {
  advertisedAddress,
  duration,
  listenAddress,
  namesOrNone,
  nonEmpty,
  oneOf,
  onOff,
  pairs,
  seconds,
  secondsOr,
  text,
  wholeNumber,
} from './option-values.ts';

/**
 * The options of every service, by go-micro's names. Some only mean something there; they are
 * taken so that one command line starts either, and say so.
 *
 * @param registries The names `--registry` may choose from.
 */
export function serviceOptions(name: string, version: string, registries: readonly string[]) {
  return {
    registry: option(
      oneOf(registries),
      'mdns',
      `where services find each other: ${registries.join(', ')}`,
    ),
    registry_address: option(
      text,
      '',
      'kubernetes: the namespaces to look in, a,b, where it is not the own one',
    ),
    register_ttl: option(
      seconds,
      '60',
      'seconds a registration lives without being repeated; kubernetes: it lives as long as the pod',
    ),
    register_interval: option(
      seconds,
      '30',
      'seconds between repeats of a registration; kubernetes: none, for they would cost the API server a write a pod each time, and the pod itself says whether it lives',
    ),
    snapshot_dir: option(
      text,
      '',
      'kubernetes: where to keep what is known, for a start while the API server is away',
    ),
    server_name: option(nonEmpty, name, 'the name it is registered by'),
    server_version: option(nonEmpty, version, 'the version it is registered with'),
    server_id: option(
      text,
      '',
      'the id of this process in the registry; made up where it is not given',
    ),
    server_address: option(
      listenAddress,
      '127.0.0.1:0',
      'where it answers gRPC; port 0 is any free one',
    ),
    server_advertise: option(
      advertisedAddress,
      '',
      'the address others shall call, where it is not the one it listens on',
    ),
    server_metadata: option(pairs, '', 'metadata of its registration, key=value,key=value'),
    health_address: option(
      listenAddress,
      '127.0.0.1:0',
      'where health and metrics are served, for services without HTTP',
    ),
    client_request_timeout: option(
      duration,
      '5s',
      'how long a call may take that says nothing else',
    ),
    client_retries: option(
      wholeNumber(0, 10),
      '1',
      'how often a call that failed is tried again on another node, if its method is idempotent',
    ),
    pass_metadata: option(
      namesOrNone,
      '',
      'metadata that goes along with the calls made for a call, a,b, besides tracing and authorization',
    ),
    server_max_calls: option(
      wholeNumber(1, 1_000_000),
      '1000',
      'calls in work at once; those beyond are refused, and their callers try another node',
    ),
    server_zone: option(text, '', 'where it is: callers of the same zone prefer it, and it them'),
    tls_cert: option(
      text,
      '',
      'file with the certificate gRPC is answered and called with, in PEM; read again when it changes',
    ),
    tls_key: option(text, '', 'file with the key of the certificate'),
    tls_ca: option(
      text,
      '',
      'file with the authorities that are believed; callers must prove who they are',
    ),
    shutdown_delay: option(
      secondsOr('auto'),
      'auto',
      'seconds between leaving the registry and refusing calls, for callers to hear of it; auto is 3 in kubernetes and 0 elsewhere',
    ),
    shutdown_timeout: option(
      seconds,
      '10',
      'seconds that calls in flight get to finish; those left are ended',
    ),
    enable_stats: option(onOff, 'false', 'serve /stats on the HTTP port'),
    log_level: option(
      oneOf(['debug', 'info', 'warn', 'error']),
      'info',
      'what is logged: debug, info, warn, error',
    ),
    log_format: option(
      oneOf(['auto', 'json', 'text']),
      'auto',
      'json, text, or text on a terminal only',
    ),
    server: option(
      oneOf(['rpc', 'mucp', 'grpc']),
      'grpc',
      'taken, always gRPC: rpc, mucp and grpc mean the same here',
    ),
    client: option(oneOf(['rpc', 'mucp', 'grpc']), 'grpc', 'taken, always gRPC'),
    broker: option(
      oneOf(['http', 'memory', 'nats']),
      'http',
      'taken and without effect: there is no broker',
    ),
    broker_address: option(text, '', 'taken and without effect: there is no broker'),
    transport: option(
      oneOf(['http', 'memory', 'grpc']),
      'http',
      'taken and without effect: gRPC has its own',
    ),
    transport_address: option(text, '', 'taken and without effect: gRPC has its own'),
    selector: option(
      oneOf(['default', 'cache']),
      'cache',
      'taken and without effect: every lookup is from memory',
    ),
  };
}

function option<T>(
  schema: OptionDefinition<T>['schema'],
  byDefault: string,
  help: string,
): OptionDefinition<T> {
  return { schema, default: byDefault, help };
}

/** The values of the options every service has. */
export type ServiceOptions = {
  readonly [Name in keyof ReturnType<typeof serviceOptions>]: ReturnType<
    typeof serviceOptions
  >[Name] extends OptionDefinition<infer T>
    ? T
    : never;
};
