import { type Clock, type KubeClient, systemClock } from '@micro/kube';
import { createNodeTable } from '../node-table.ts';
import { type Registry, RegistryError, type Status } from '../registry.ts';
import type { RegistryMeter } from '../registry-meter.ts';
import { createOwnPod, watchOwnPod } from './own-pod-watch.ts';
import { outsidePod, type PodIdentity } from './pod-identity.ts';
import { createPodRegistration } from './pod-registration.ts';
import { type PodWatch, watchPods } from './pod-watch.ts';
import type { Snapshot } from './snapshot.ts';
import { joinStatuses } from './status.ts';

export interface KubernetesOptions {
  /** Stays the caller's to close. */
  readonly client: KubeClient;
  /** Where to look for nodes. @default the pod's, else the client's */
  readonly namespaces?: readonly string[];
  /** The pod this process runs in; without one it can watch, but not register. */
  readonly pod?: PodIdentity;
  /** Closed with the registry. */
  readonly snapshot?: Snapshot;
  /** Told what went wrong and is dealt with: a record passed over, the API server away; each once. */
  readonly onProblem?: (problem: RegistryError) => void;
  /** Told of each change of the state or its reason. */
  readonly onStatus?: (status: Status) => void;
  readonly meter?: RegistryMeter;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/**
 * The registry that is the Kubernetes API alone: every service writes its record onto its own Pod,
 * as go-micro did, and reads those of the others. Needs `patch` on pods to register, `list` and
 * `watch` to watch; it asks for nothing before it is asked.
 *
 * One watch a namespace serves all views. A process that only registers watches its own pod alone,
 * to put back what somebody takes away. While the API server can't be reached the last picture
 * stays: no silence removes a node.
 */
export function createKubernetesRegistry(options: KubernetesOptions): Registry {
  const { client, pod, snapshot, onProblem = () => {}, onStatus, meter } = options;
  const { clock = systemClock, random = Math.random } = options;
  const namespaces = options.namespaces ?? [pod?.namespace ?? client.namespace];
  const table = createNodeTable();
  const shared = { client, onProblem, clock, random };
  const registration =
    pod &&
    createPodRegistration({
      ...shared,
      pod,
      onWrite: (error) => meter?.wrote(error?.code ?? 'ok'),
    });
  const ownPod = pod && registration && createOwnPod(pod, registration);
  let ownWatch: ReturnType<typeof watchOwnPod> | undefined;
  let watches: readonly PodWatch[] = [];
  let closed = false;

  const readStatus = (): Status => joinStatuses(watches.map(({ status }) => status));
  const tellStatus = (): void => {
    const status = readStatus();
    if (status.state === 'synced' || status.state === 'stale') table.markSynced();
    // The watch of all pods shows the own one too.
    if (status.state === 'synced' && pod && namespaces.includes(pod.namespace)) {
      void ownWatch?.stop();
      ownWatch = undefined;
    }
    onStatus?.(status);
  };
  const startWatches = (): void => {
    watches = namespaces.map((namespace) =>
      watchPods({
        ...shared,
        namespace,
        table,
        snapshot,
        onPod: (seen) => ownPod?.shown(seen),
        onPodGone: (uid) => ownPod?.gone(uid),
        onStatus: tellStatus,
        meter,
      }),
    );
    tellStatus();
  };
  const startOwnWatch = (): void => {
    const covered = watches.length > 0 && pod && namespaces.includes(pod.namespace);
    if (pod && ownPod && !covered && !closed)
      ownWatch ??= watchOwnPod({ ...shared, identity: pod, pod: ownPod });
  };

  return {
    kind: 'kubernetes',
    scope: `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${namespaces.join(', ')}`,
    expires: false,
    get status() {
      return readStatus();
    },
    async register(node) {
      if (!registration)
        throw new RegistryError(
          'refused',
          `expected to run in a pod to register ${node.service}; ${outsidePod}`,
        );
      await registration.register(node);
      startOwnWatch();
    },
    async deregister(node) {
      await registration?.deregister(node);
    },
    watch(service) {
      if (watches.length === 0 && !closed) startWatches();
      return table.view(service);
    },
    async close() {
      closed = true;
      table.close();
      registration?.stop();
      await Promise.all([ownWatch?.stop(), ...watches.map((watch) => watch.stop())]);
      await snapshot?.close();
    },
  };
}
