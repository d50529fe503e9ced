import { type KubeClient, KubeError, podsPath } from '@micro/kube';
import { registryError } from './kubernetes-error.ts';
import { checkNode, joinAddress, splitAddress } from './node.ts';
import type { PodIdentity } from './pod-identity.ts';
import { keysOf, mangle, selectorPrefix, typeLabel } from './pod-keys.ts';
import { encodeRecord } from './record.ts';
import { type Node, RegistryError } from './registry.ts';

/** Writes what this process offers onto its own pod. */
export interface PodRegistration {
  register(node: Node): Promise<void>;
  deregister(node: Node): Promise<void>;
}

/** Who is said to have written it, in the pod's `metadata.managedFields`. */
const fieldManager = 'micro-registry';

export function createPodRegistration(
  client: Pick<KubeClient, 'patch'>,
  pod: PodIdentity,
): PodRegistration {
  /** The services of this process by their mangled names. */
  const services = new Map<string, string>();
  /** The pod's labels as the last answer showed them. */
  let labels: Readonly<Record<string, string>> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One write after another, or a withdrawal might overtake its registration. */
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    const turn = last.then(write);
    last = turn.catch(() => {
      // Whoever asked for it has the error; the next one begins anew.
    });
    return turn;
  };
  const patch = async (metadata: object): Promise<void> => {
    const body = { metadata: { ...(pod.uid && { uid: pod.uid }), ...metadata } };
    const path = podsPath(pod.namespace, pod.name);
    labels = (await client.patch(path, body, { fieldManager })).metadata.labels ?? {};
  };
  /** Whether the pod offers anything beside what `selector` stands for. */
  const offersMore = (selector: string): boolean =>
    Object.keys(labels ?? {}).some((key) => key.startsWith(selectorPrefix) && key !== selector);

  return {
    async register(node) {
      checkNode(node);
      const { selector, record } = keysOf(node.service);
      const written = encodeRecord(onPod(node, pod));
      const alike = services.get(mangle(node.service)) ?? node.service;
      if (alike !== node.service)
        throw new TypeError(
          `expected service names that differ as labels, got ${alike} and ${node.service}`,
        );
      services.set(mangle(node.service), node.service);
      await inTurn(() =>
        patch({
          labels: { [typeLabel]: 'service', [selector]: 'service' },
          annotations: { [record]: written },
        }).catch((error: unknown) => {
          throw explain(error, pod);
        }),
      );
    },
    async deregister(node) {
      const { selector, record } = keysOf(node.service);
      if ((services.get(mangle(node.service)) ?? node.service) !== node.service) return;
      services.delete(mangle(node.service));
      await inTurn(async () => {
        const type = labels && !offersMore(selector) ? { [typeLabel]: null } : {};
        await patch({ labels: { ...type, [selector]: null }, annotations: { [record]: null } });
        // Another container of the pod, or a life before this one, may have left it otherwise.
        const wanted = offersMore(selector) ? 'service' : null;
        if ((labels?.[typeLabel] ?? null) !== wanted)
          await patch({ labels: { [typeLabel]: wanted } });
      }).catch((error: unknown) => {
        // With the pod its registration is gone.
        if (error instanceof KubeError && error.status === 404) return;
        throw explain(error, pod);
      });
    },
  };
}

/**
 * The node as others reach it: who listens on every interface is on the pod's IP. Readers take the
 * host from the pod's status, so another one would be told to nobody.
 */
function onPod(node: Node, { ip }: PodIdentity): Node {
  const { host = '', port = 0 } = splitAddress(node.address) ?? {};
  if (host === '0.0.0.0' || host === '::') return { ...node, address: joinAddress(ip, port) };
  if (host === ip) return node;
  throw new TypeError(
    `expected the address of ${node.id} on the pod's own IP ${ip}, got ${node.address}`,
  );
}

function explain(error: unknown, pod: PodIdentity): unknown {
  if (!(error instanceof KubeError)) return error;
  if (error.status !== 404) return registryError(error);
  return new RegistryError(
    'refused',
    `expected this pod to be ${pod.name} in namespace ${pod.namespace}, there is none; ` +
      'set POD_NAME from metadata.name and POD_NAMESPACE from metadata.namespace',
    { cause: error },
  );
}
