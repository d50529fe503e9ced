import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from './credentials.ts';
import { inClusterConfig } from './in-cluster.ts';
import { kubeconfigConfig } from './kubeconfig.ts';

/** Where the kubelet mounts the token, the CA and the namespace of a pod's service account. */
export const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface LoadConfigOptions {
  /** @default serviceAccountDirectory */
  readonly accountDirectory?: string;
  /** Told when credentials that were read before can't be read any more, and are used as they were. */
  readonly onProblem?: (problem: Error) => void;
}

/**
 * Finds the API server: by `KUBECONFIG` if that is set, inside a pod by what the kubelet mounted,
 * otherwise by `~/.kube/config`.
 *
 * @throws Error saying what was looked for and where, if there is none.
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { accountDirectory = serviceAccountDirectory, onProblem }: LoadConfigOptions = {},
): Promise<KubeConfig> {
  const named = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  if (named.length > 0) return kubeconfigConfig(named);
  if (env['KUBERNETES_SERVICE_HOST']) return inClusterConfig(env, accountDirectory, onProblem);
  // Loaded now, for in a pod nobody needs it.
  const home = env['HOME'] ?? (await import('node:os')).homedir();
  const usual = join(home, '.kube', 'config');
  if (existsSync(usual)) return kubeconfigConfig([usual]);
  throw new Error(
    `expected a Kubernetes API server, found none: outside a pod set KUBECONFIG or write ${usual}; ` +
      'inside a pod KUBERNETES_SERVICE_HOST is set by the kubelet',
  );
}
