import type { RequestOptions } from 'node:https';
import type { Credentials, KubeConfig } from './credentials.ts';

/**
 * The API server as kubeconfig files describe it, the first naming the context. The files, exec
 * plugins and OIDC are left to @kubernetes/client-node, which is loaded only here: it costs 270 ms
 * and 80 MB, and inside a pod nobody needs it.
 *
 * @throws Error if the files can't be read or their context names no cluster.
 */
export async function kubeconfigConfig(files: readonly string[]): Promise<KubeConfig> {
  let loaded = await load(files);
  const context = loaded.getCurrentContext();
  const cluster = loaded.getCurrentCluster();
  if (!cluster)
    throw new Error(
      `expected the current-context of ${files.join(', ')} to name a cluster, got context ${JSON.stringify(context)}`,
    );
  if (!/^https?:/.test(cluster.server) || !URL.canParse(cluster.server))
    throw new Error(
      `expected the server of cluster ${cluster.name} in ${files.join(', ')} as https://host:port, got ${JSON.stringify(cluster.server)}`,
    );
  return {
    source: 'kubeconfig',
    server: cluster.server,
    namespace: loaded.getContextObject(context)?.namespace ?? 'default',
    async credentials({ renew = false } = {}) {
      // It keeps what an exec plugin gave until that expires; a new one runs the plugin again.
      if (renew) loaded = await load(files);
      const options: RequestOptions = {};
      await loaded.applyToHTTPSOptions(options);
      return credentialsOf(options, cluster.proxyUrl !== undefined);
    },
  };
}

async function load(files: readonly string[]) {
  const names = files.join(', ');
  try {
    const { KubeConfig: Loader } = await import('@kubernetes/client-node');
    const [config = new Loader(), ...others] = files.map((file) => {
      const loader = new Loader();
      loader.loadFromFile(file);
      return loader;
    });
    for (const other of others) config.mergeConfig(other, true);
    return config;
  } catch (cause) {
    throw new Error(`could not read the kubeconfig ${names}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function credentialsOf(options: RequestOptions, proxied: boolean): Credentials {
  const { headers, auth, ca, cert, key, servername, rejectUnauthorized, agent } = options;
  return {
    headers: {
      ...(auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
      ...(headers as Credentials['headers']),
    },
    ...(ca && { ca: ca as Buffer }),
    ...(cert && { cert: cert as Buffer }),
    ...(key && { key: key as Buffer }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(proxied && typeof agent === 'object' && { agent }),
  };
}
