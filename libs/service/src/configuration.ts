import type { Registry } from '@micro/registry';
import type { DescService } from '@micro/rpc';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { OptionDefinitions } from './option-definition.ts';
import { brokenRules } from './option-rules.ts';
import { OptionsError, type OptionValues, parseOptions } from './options.ts';
import { knownRegistries, type RegistryFactory } from './registries.ts';
import type { Service, ServiceSpec } from './service.ts';
import { serviceOptions } from './service-options.ts';

type AnySpec<Options extends OptionDefinitions> = Pick<
  ServiceSpec<readonly DescService[], Options>,
  'name' | 'version' | 'options' | 'registries' | 'http'
>;

/** What a service is made with. */
export interface Configured<Options extends OptionDefinitions> {
  readonly options: Service<Options>['options'];
  readonly log: Log;
  readonly metrics: Metrics;
  /** It asks for nothing before it is asked. */
  readonly registry: Registry;
}

/** Every option a service understands: those of all services and its own. */
export function definitionsOf<Options extends OptionDefinitions>(spec: AnySpec<Options>) {
  const registries = Object.keys({ ...knownRegistries, ...spec.registries });
  return { ...serviceOptions(spec.name, spec.version ?? 'latest', registries), ...spec.options };
}

/** The option that says where HTTP is served. */
export function httpOptionOf<Options extends OptionDefinitions>({ http }: AnySpec<Options>) {
  return http?.address ?? 'health_address';
}

/**
 * Reads options and opens the registry they choose.
 *
 * @throws OptionsError with everything that is wrong, so that nobody mends one fault a start.
 */
export async function configure<Options extends OptionDefinitions>(
  spec: AnySpec<Options>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Configured<Options>> {
  const parsed = parseOptions(definitionsOf(spec), argv, env);
  const values = parsed.values as Partial<ReadOptions>;
  const http = httpOptionOf(spec);
  const problems = [
    ...parsed.problems,
    ...brokenRules(values, { name: http, address: values[http] as string | undefined }),
  ];
  // What could not be read has a fault already; the rest is looked at as if it were the default.
  const { server_name: service = spec.name, log_level: level = 'info' } = values;
  const log = createLog({ level, format: values.log_format ?? 'auto', service });
  const metrics = createMetrics(service);

  const create = { ...knownRegistries, ...spec.registries }[values.registry ?? ''];
  const registry = create && (await openRegistry(create, values, env, log, metrics, problems));
  if (registry && problems.length === 0)
    return { options: values as Service<Options>['options'], log, metrics, registry };
  await registry?.close();
  throw new OptionsError(problems);
}

type ReadOptions = OptionValues<ReturnType<typeof serviceOptions>> & Record<string, unknown>;

/** undefined where it lacks what people must set, which is among the problems then: no other try brings it. */
async function openRegistry(
  create: RegistryFactory,
  { registry, registry_address = '', snapshot_dir = '' }: Partial<ReadOptions>,
  env: NodeJS.ProcessEnv,
  log: Log,
  { meter }: Metrics,
  problems: string[],
): Promise<Registry | undefined> {
  try {
    return await create({
      address: registry_address,
      snapshotDirectory: snapshot_dir,
      env,
      onProblem: ({ message }) => log.warn({ problem: message }, 'registry problem'),
      onStatus: ({ state, reason, counts }) =>
        log.info({ state, ...(reason && { reason }), nodes: counts?.live ?? 0 }, 'registry'),
      meter,
    });
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    problems.push(...lines.map((line) => `--registry=${registry}: ${line}`));
    return undefined;
  }
}
