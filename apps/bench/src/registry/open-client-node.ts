import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1Pod,
} from '@kubernetes/client-node';

/** The same with client-node: its typed list, and its informer, which lists and then watches. */
export function openClientNode(url: string): {
  api: CoreV1Api;
  informer: Informer<V1Pod> & ObjectCache<V1Pod>;
} {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'bench', server: url, skipTLSVerify: true },
    { name: 'bench' },
  );
  const api = config.makeApiClient(CoreV1Api);
  const labelSelector = 'micro.mu/type=service';
  const list = () => api.listNamespacedPod({ namespace: 'micro', labelSelector });
  const path = '/api/v1/namespaces/micro/pods';
  const informer = makeInformer(config, path, list, labelSelector);
  informer.on('error', (error: Error) => {
    if (error.name !== 'AbortError') throw error; // It is what stop() brings.
  });
  return { api, informer };
}
