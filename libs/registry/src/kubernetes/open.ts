import { createKubeClient, type KubeConfig, loadConfig } from '@micro/kube';
import { type Registry, RegistryError } from '../registry.ts';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import { outsidePod, type PodIdentity, readPodIdentity } from './pod-identity.ts';
import { createSnapshotFiles } from './snapshot-files.ts';

export type OpenKubernetesOptions = Omit<KubernetesOptions, 'client' | 'pod' | 'snapshot'> & {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where to keep what is known, for a start while the API server is away. @default nowhere */
  readonly snapshotDirectory?: string;
  /** Refuses to open outside of a pod, where nothing can be registered. @default false */
  readonly registers?: boolean;
};

/**
 * Opens the kubernetes registry as the environment says: in a pod by its service account and the
 * downward API, outside by the kubeconfig and for watching only, unless `POD_NAME` says which pod
 * this process stands for. Closing it closes the client too.
 *
 * @throws TypeError with a line for each thing that the environment lacks.
 */
export async function openKubernetesRegistry(
  options: OpenKubernetesOptions = {},
): Promise<Registry> {
  const { env = process.env, snapshotDirectory, registers = false, ...others } = options;
  const { onProblem = () => {} } = others;
  const lacks: Error[] = [];
  const config = await loadConfig(env, {
    onProblem: (cause) => onProblem(new RegistryError('forbidden', cause.message, { cause })),
  }).catch((error: Error) => {
    lacks.push(error);
    return undefined;
  });
  const pod = readPod(env, config, registers, lacks);
  if (!config || lacks.length > 0)
    throw new TypeError(lacks.map(({ message }) => message).join('\n'), { cause: lacks[0] });
  const client = createKubeClient(config);
  const registry = createKubernetesRegistry({
    ...others,
    client,
    ...(pod && { pod }),
    ...(snapshotDirectory && {
      snapshot: createSnapshotFiles({ directory: snapshotDirectory, onProblem }),
    }),
  });
  const { close } = registry;
  return Object.assign(registry, {
    async close() {
      await close();
      client.close();
    },
  });
}

/** The pod this process runs in, if it does; what it lacks to know it is added to `lacks`. */
function readPod(
  env: NonNullable<OpenKubernetesOptions['env']>,
  config: KubeConfig | undefined,
  registers: boolean,
  lacks: Error[],
): PodIdentity | undefined {
  try {
    if (config?.source === 'in-cluster' || env['POD_NAME']) return readPodIdentity(env);
    if (registers && config)
      throw new TypeError(`expected to run in a pod to register; ${outsidePod}`);
  } catch (error) {
    lacks.push(error as Error);
  }
  return undefined;
}
