import type { Agent, OutgoingHttpHeaders } from 'node:http';

/** Where the API server is and how to speak to it. */
export interface KubeConfig {
  readonly source: 'in-cluster' | 'kubeconfig';
  /** `https://10.96.0.1:443` */
  readonly server: string;
  /** The pod's own namespace, or that of the kubeconfig's context. */
  readonly namespace: string;
  /** Is asked before each request, for tokens rotate. `renew` says that the last answer was refused. */
  credentials(options?: { readonly renew?: boolean }): Promise<Credentials>;
}

/** What opens an authenticated connection. */
export interface Credentials {
  /** `Authorization` above all. */
  readonly headers: OutgoingHttpHeaders;
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name the server's certificate is checked against, if not the host's. */
  readonly servername?: string;
  /** False only where the kubeconfig says `insecure-skip-tls-verify`. */
  readonly rejectUnauthorized?: boolean;
  /** The way through the kubeconfig's `proxy-url`. */
  readonly agent?: Agent;
}
