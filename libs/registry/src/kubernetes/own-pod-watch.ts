import { type Clock, type KubeClient, type Pod, reflect } from '@micro/kube';
import { RegistryError } from '../registry.ts';
import { registryError } from './error.ts';
import type { PodIdentity } from './pod-identity.ts';
import type { PodRegistration } from './pod-registration.ts';

/** Shows a registration the pod it stands on, whoever watches that. */
export interface OwnPod {
  shown(pod: Pod): void;
  gone(uid: string): void;
}

export function createOwnPod(identity: PodIdentity, { observe }: PodRegistration): OwnPod {
  let ownUid = identity.uid;
  return {
    shown({ metadata }) {
      const { name, namespace, uid } = metadata;
      if (name !== identity.name || namespace !== identity.namespace) return;
      if (identity.uid !== undefined && identity.uid !== uid) return;
      ownUid = uid;
      observe(metadata);
    },
    gone(uid) {
      if (uid === ownUid) observe(undefined);
    },
  };
}

export interface OwnPodWatchOptions {
  readonly client: KubeClient;
  readonly identity: PodIdentity;
  readonly pod: OwnPod;
  readonly onProblem: (problem: RegistryError) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Watches one pod alone, for a process that has no use for the others. */
export function watchOwnPod(options: OwnPodWatchOptions): { stop(): Promise<void> } {
  const { client, identity, pod, onProblem, clock, random } = options;
  let lastProblem = '';
  return reflect<true>({
    client,
    namespace: identity.namespace,
    fieldSelector: `metadata.name=${identity.name}`,
    project(seen) {
      pod.shown(seen);
      return true;
    },
    onChange(changes) {
      for (const { uid, after } of changes) if (!after) pod.gone(uid);
    },
    onState(state) {
      if (state.state === 'streaming') lastProblem = '';
      if (state.state !== 'waiting') return;
      const { code, message } = registryError(state.error);
      if (message === lastProblem) return;
      lastProblem = message;
      const what = `the own pod is not seen, so nobody puts back what is taken from it: ${message}`;
      onProblem(new RegistryError(code, what, { cause: state.error }));
    },
    onFault: (cause) => onProblem(new RegistryError('refused', String(cause), { cause })),
    clock,
    random,
  });
}
