import type { KubeConfig } from '@micro/kube';

/** The one name that is in the certificate of every API server. */
const servername = 'kubernetes.default.svc';

/** A cluster by another way; the server's certificate is still checked. */
export function through(config: KubeConfig, server: string): KubeConfig {
  return {
    ...config,
    server,
    credentials: async (options) => ({ ...(await config.credentials(options)), servername }),
  };
}

/** A cluster as somebody with a token. @param read Is asked for each request. */
export function bearing(
  config: KubeConfig,
  read: (options?: { readonly renew?: boolean }) => string,
): KubeConfig {
  return {
    ...config,
    async credentials(options) {
      const { cert: _, key: __, ...others } = await config.credentials();
      return { ...others, headers: { authorization: `Bearer ${read(options)}` } };
    },
  };
}

/** Where the API server listens. */
export function placeOf({ server }: KubeConfig): { host: string; port: number } {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 443 };
}
