import { randomUUID } from 'node:crypto';
import { alreadyExists, notFound, Refusal } from './api-status.ts';
import { mergePatch } from './merge-patch.ts';
import type { ObjectLog, StoredPod } from './object-log.ts';

/** The writes of the pods API over a log, with the rules a pod is under. */
export interface Pods {
  get(namespace: string, name: string): StoredPod;
  create(namespace: string, body: unknown): StoredPod;
  patch(namespace: string, name: string, body: unknown, status: boolean): StoredPod;
  delete(namespace: string, name: string): StoredPod;
}

export function createPods(log: ObjectLog): Pods {
  const get = (namespace: string, name: string): StoredPod => {
    const pod = log.get(namespace, name);
    if (!pod) throw notFound(name);
    return pod;
  };

  return {
    get,
    create(namespace, body) {
      const { metadata, spec = {} } = (body ?? {}) as Partial<StoredPod>;
      if (!metadata?.name)
        throw new Refusal(422, 'Pod "" is invalid: metadata.name: Required value');
      if (log.get(namespace, metadata.name)) throw alreadyExists(metadata.name);
      const given = { uid: randomUUID(), creationTimestamp: now(), resourceVersion: '' };
      return log.put({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...metadata, namespace, ...given },
        spec,
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      });
    },
    patch(namespace, name, body, status) {
      const before = get(namespace, name);
      const patched = mergePatch(before, body) as StoredPod;
      if (patched.metadata.uid !== before.metadata.uid) throw immutableUid(patched);
      const after = status
        ? { ...before, status: patched.status }
        : { ...patched, spec: before.spec, status: before.status };
      const kept = log.put(after);
      if (kept.metadata.deletionTimestamp && !kept.metadata.finalizers?.length) log.remove(kept);
      return kept;
    },
    delete(namespace, name) {
      const before = get(namespace, name);
      const end = { deletionTimestamp: now(), deletionGracePeriodSeconds: 0 };
      const going = log.put({ ...before, metadata: { ...before.metadata, ...end } });
      if (!going.metadata.finalizers?.length) log.remove(going);
      return going;
    },
  };
}

function immutableUid({ metadata: { name, uid } }: StoredPod): Refusal {
  const message = `Pod "${name}" is invalid: metadata.uid: Invalid value: "${uid}": field is immutable`;
  return new Refusal(422, message, { name, kind: 'Pod' });
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
