import { createKubeClient, loadConfig } from '@micro/kube';
import { type Registry, RegistryError } from '../registry.ts';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import { readPodIdentity } from './pod-identity.ts';
import { createSnapshotFiles } from './snapshot-files.ts';

export type OpenKubernetesOptions = Omit<KubernetesOptions, 'client' | 'pod' | 'snapshot'> & {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where to keep what is known, for a start while the API server is away. @default nowhere */
  readonly snapshotDirectory?: string;
};

/**
 * Opens the kubernetes registry as the environment says: in a pod by its service account and the
 * downward API, outside by the kubeconfig and for watching only, unless `POD_NAME` says which pod
 * this process stands for. Closing it closes the client too.
 *
 * @throws Error or TypeError saying what the environment lacks.
 */
export async function openKubernetesRegistry(
  options: OpenKubernetesOptions = {},
): Promise<Registry> {
  const { env = process.env, snapshotDirectory, ...others } = options;
  const { onProblem = () => {} } = others;
  const config = await loadConfig(env, {
    onProblem: (cause) => onProblem(new RegistryError('forbidden', cause.message, { cause })),
  });
  const inPod = config.source === 'in-cluster' || Boolean(env['POD_NAME']);
  const pod = inPod ? readPodIdentity(env) : undefined;
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
