import type { V1ObjectMeta } from '@kubernetes/client-node';
import { apply, kubectl } from './kubectl.ts';
import { type Access, createToken, openAccess } from './token.ts';

/** A pod that no scheduler takes, and what a process in it would reach the API server by. */
export interface IdlePod extends Access {
  readonly uid: string;
  /** By this `openKubernetesRegistry` takes this process for one in the pod. */
  readonly env: Readonly<Record<string, string>>;
  /** The pod's metadata as it is now. */
  metadata(): Promise<V1ObjectMeta>;
}

/** Creates a pod under the account of our services, and the token that the kubelet would mount. */
export async function createIdlePod(name: string, wishes: V1ObjectMeta = {}): Promise<IdlePod> {
  await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { ...wishes, name }, spec });
  const metadata = async (): Promise<V1ObjectMeta> =>
    JSON.parse(await kubectl('get', 'pod', name, '--output', 'json')).metadata;
  const { uid = '' } = await metadata();
  const access = await openAccess(await createToken('micro-services', { name, uid }));
  return {
    ...access,
    uid,
    env: {
      KUBECONFIG: access.kubeconfig,
      POD_NAME: name,
      POD_NAMESPACE: 'micro',
      POD_UID: uid,
      POD_IP: idleIp,
    },
    metadata,
    async [Symbol.asyncDispose]() {
      await access[Symbol.asyncDispose]();
      await kubectl('delete', 'pod', name, '--ignore-not-found', '--grace-period', '0');
    },
  };
}

/** Where such a pod would be, if it were anywhere. */
export const idleIp = '10.244.9.1';

const spec = {
  schedulerName: 'nobody',
  serviceAccountName: 'micro-services',
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'main',
      image: 'none',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};
