import { createKubeClient, type KubeClient } from '@micro/kube';
import { createKubernetesRegistry } from '../../../../libs/registry/src/kubernetes/kubernetes.ts';
import type { Registry } from '../../../../libs/registry/src/registry.ts';

/** Our registry on the API server at that URL. */
export function openMicro(url: string): { client: KubeClient; registry: Registry } {
  const client = createKubeClient({
    source: 'kubeconfig',
    server: url,
    namespace: 'micro',
    credentials: async () => ({ headers: {} }),
  });
  const onProblem = (problem: Error): never => {
    throw problem;
  };
  return { client, registry: createKubernetesRegistry({ client, onProblem }) };
}
