import { createKubeClient, type KubeClient, type KubeConfig, KubeError } from '@micro/kube';
import type { RealCluster } from '@micro/kube/real-cluster';
import { createPodDriver, createTestNamespace, type PodDriver } from '@micro/testing';
import type { Node, Registry, RegistryError, Status, View } from '../registry.ts';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import type { PodIdentity } from './pod-identity.ts';

/** A namespace of a real cluster to try registries in; all of it goes when it is disposed of. */
export interface KubernetesTrial extends AsyncDisposable {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pods: PodDriver;
  /** Gives the service account what every service has. */
  grant(): Promise<void>;
  /** Applies manifests. */
  apply(yaml: string): Promise<void>;
  /** A token of the service account that ends with a pod. */
  tokenOf(pod: string): Promise<string>;
  /** A pod that is up. */
  start(name: string): Promise<PodIdentity>;
  /** A pod that is up and has registered a node of `a.service`. */
  offer(name: string, version?: string): Promise<void>;
  /** A client, closed with the trial. */
  client(config: KubeConfig): KubeClient;
  connect(options: Partial<KubernetesOptions>): Witness;
  /** What becomes of a listing of pods: a status, 0 if it is answered. */
  statusOf(config: KubeConfig): Promise<number | undefined>;
}

/** A registry, closed with the trial, and all that it and its view of `a.service` have told. */
export interface Witness {
  readonly registry: Registry;
  /** Begins when it is first read. */
  readonly view: View;
  /** `<type> <id> <version>` */
  readonly changes: string[];
  readonly statuses: Status[];
  readonly problems: RegistryError[];
}

export async function createKubernetesTrial(cluster: RealCluster): Promise<KubernetesTrial> {
  const { admin } = cluster;
  const made = await createTestNamespace(admin.request);
  const { name: namespace, serviceAccount, apply } = made;
  const pods = createPodDriver(admin.request, namespace, serviceAccount);
  const open = new AsyncDisposableStack();
  open.use(made);
  let count = 0;

  const start = async (name: string): Promise<PodIdentity> => {
    const ip = `10.244.9.${++count}`;
    await pods.create(name);
    await pods.run(name, ip);
    return { name, namespace, ip };
  };
  const client = (config: KubeConfig): KubeClient => {
    const created = createKubeClient(config);
    open.defer(() => created.close());
    return created;
  };

  return {
    namespace,
    serviceAccount,
    pods,
    apply,
    grant: () => apply(role(namespace, serviceAccount)),
    async tokenOf(pod) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const spec = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod } };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      const answer = await admin.request('POST', path, { body });
      return (answer as { status: { token: string } }).status.token;
    },
    start,
    async offer(name, version = '1') {
      const pod = await start(name);
      const registry = createKubernetesRegistry({ client: admin, pod });
      await registry.register(nodeOn(pod, { version }));
      await registry.close();
    },
    client,
    connect(options) {
      const [statuses, problems, changes]: [Status[], RegistryError[], string[]] = [[], [], []];
      const registry = createKubernetesRegistry({
        client: admin,
        namespaces: [namespace],
        onStatus: (status) => statuses.push(status),
        onProblem: (problem) => problems.push(problem),
        random: () => 0,
        ...options,
      });
      open.defer(() => registry.close());
      let view: View | undefined;
      return {
        registry,
        get view() {
          if (view) return view;
          view = registry.watch('a.service');
          view.subscribe(({ type, node }) => changes.push(`${type} ${node.id} ${node.version}`));
          return view;
        },
        changes,
        statuses,
        problems,
      };
    },
    statusOf(config) {
      const asked = client(config).listPods(namespace, {}, () => {});
      return asked.then(
        () => 0,
        (error: unknown) => (error instanceof KubeError ? error.status : undefined),
      );
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** A node of `a.service` on a pod, with the pod's name for its id. */
export function nodeOn({ name, ip }: PodIdentity, changes: Partial<Node> = {}): Node {
  const address = `${ip}:9090`;
  return {
    id: name,
    service: 'a.service',
    version: '1',
    address,
    metadata: {},
    endpoints: [],
    ...changes,
  };
}

/** The ids of the nodes a view shows. */
export function idsOf({ nodes }: View): string[] {
  return nodes.map(({ id }) => id).sort();
}

function role(namespace: string, account: string): string {
  const metadata = `metadata: { namespace: ${namespace}, name: registry }`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
${metadata}
rules:
  - { apiGroups: [""], resources: [pods], verbs: [list, patch, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
${metadata}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: registry }
subjects:
  - { kind: ServiceAccount, namespace: ${namespace}, name: ${account} }`;
}
