import {
  type Clock,
  type KubeClient,
  type KubeError,
  podsPath,
  type Reflector,
  reflect,
} from '@micro/kube';
import { registryError } from './kubernetes-error.ts';
import { createNodeTable } from './node-table.ts';
import type { PodIdentity } from './pod-identity.ts';
import { typeLabel } from './pod-keys.ts';
import { createPodNodes } from './pod-nodes.ts';
import { type PodRecord, readPod } from './pod-record.ts';
import { createPodRegistration } from './pod-registration.ts';
import { type Registry, RegistryError, type Status } from './registry.ts';

export interface KubernetesOptions {
  /** Stays the caller's to close. */
  readonly client: KubeClient;
  /** Where to look for nodes. @default the pod's, else the client's */
  readonly namespace?: string;
  /** The pod this process runs in; without one it can watch, but not register. */
  readonly pod?: PodIdentity;
  /** Told what went wrong and is dealt with: a record passed over, the API server away; each once. */
  readonly onProblem?: (problem: RegistryError) => void;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/**
 * The registry that is the Kubernetes API alone: every service writes its record onto its own Pod,
 * as go-micro did, and reads those of the others. Needs `patch` on pods to register, `list` and
 * `watch` to watch; it asks for nothing before it is asked.
 *
 * While the API server can't be reached the last picture stays: no silence removes a node.
 */
export function createKubernetesRegistry(options: KubernetesOptions): Registry {
  const { client, pod, onProblem = () => {}, clock, random } = options;
  const namespace = options.namespace ?? pod?.namespace ?? client.namespace;
  const table = createNodeTable();
  const nodes = createPodNodes(table);
  const registration = pod && createPodRegistration(client, pod);
  let reflector: Reflector<PodRecord> | undefined;
  let status: Status = { state: 'idle' };

  const fail = (error: KubeError): void => {
    const problem = registryError(error);
    if (problem.message === status.reason) return;
    status = {
      state: status.state === 'starting' ? 'starting' : 'stale',
      reason: problem.message,
    };
    onProblem(problem);
  };
  const follow = (): Reflector<PodRecord> =>
    reflect<PodRecord>({
      client,
      path: podsPath(namespace),
      labelSelector: `${typeLabel}=service`,
      project: readPod,
      onChange(changes) {
        for (const { key, before, after } of changes) {
          nodes.update(key, before?.nodes ?? [], after?.nodes ?? []);
          for (const problem of after?.problems ?? [])
            if (!before?.problems.includes(problem))
              onProblem(new RegistryError('refused', problem));
        }
      },
      onSynced() {
        status = { state: 'synced' };
        table.markSynced();
      },
      onState(state) {
        if (state.state === 'streaming') status = { state: 'synced' };
        if (state.state === 'waiting') fail(state.error);
      },
      onFault(cause) {
        const message = `a listener of the registry threw: ${String(cause)}`;
        onProblem(new RegistryError('refused', message, { cause }));
      },
      ...(clock && { clock }),
      ...(random && { random }),
    });

  return {
    kind: 'kubernetes',
    expires: false,
    get status() {
      return status;
    },
    async register(node) {
      if (!registration)
        throw new RegistryError(
          'refused',
          `expected to run in a pod to register ${node.service}, this process runs outside of one; ` +
            'it can watch, but only a pod can be registered',
        );
      await registration.register(node);
    },
    async deregister(node) {
      await registration?.deregister(node);
    },
    watch(service) {
      if (!reflector) {
        status = { state: 'starting' };
        reflector = follow();
      }
      return table.view(service);
    },
    async close() {
      table.close();
      await reflector?.stop();
    },
  };
}
