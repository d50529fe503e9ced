/** Sends a request to an API server and returns its JSON; a client's `request` is one. */
export type Send = (
  method: string,
  path: string,
  options: {
    readonly query?: Readonly<Record<string, string | boolean>>;
    /** Sent as JSON, a string as it is. */
    readonly body?: unknown;
    readonly contentType?: string;
  },
) => Promise<unknown>;

export interface PodWishes {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** What tests do to the pods of a namespace, on the fake and on a real API server alike. */
export interface PodDriver {
  /** A pod that no scheduler takes, so that nothing but the test changes it. */
  create(name: string, wishes?: PodWishes): Promise<void>;
  /** Makes it what the kubelet would: Running at `ip`, and Ready or not. */
  run(name: string, ip: string, ready?: boolean): Promise<void>;
  setStatus(name: string, status: unknown): Promise<void>;
  /** A JSON merge patch of its metadata. */
  setMetadata(name: string, metadata: unknown): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Creates a driver for one namespace. @param serviceAccountName Must exist there. */
export function createPodDriver(
  send: Send,
  namespace: string,
  serviceAccountName = 'default',
): PodDriver {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const contentType = 'application/merge-patch+json';
  const setStatus = async (name: string, status: unknown): Promise<void> => {
    await send('PATCH', `${pods}/${name}/status`, { body: { status }, contentType });
  };

  return {
    async create(name, wishes = {}) {
      const spec = {
        schedulerName: 'nobody',
        serviceAccountName,
        containers: [{ name: 'main', image: 'none' }],
      };
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...wishes }, spec };
      await send('POST', pods, { body });
    },
    setStatus,
    async run(name, ip, ready = true) {
      const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
      await setStatus(name, { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions });
    },
    async setMetadata(name, metadata) {
      await send('PATCH', `${pods}/${name}`, { body: { metadata }, contentType });
    },
    async delete(name) {
      await send('DELETE', `${pods}/${name}`, {});
    },
  };
}
