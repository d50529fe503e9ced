import { randomUUID } from 'node:crypto';
import { mergePatch } from './merge-patch.ts';
import type { ObjectLog, StoredPod } from './object-log.ts';
import { alreadyExists, invalid, notFound, wrongValue } from './refusals.ts';

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
        throw invalid('Pod', '', [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: name or generateName is required',
            field: 'metadata.name',
          },
        ]);
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
      const { uid } = patched.metadata;
      if (uid !== before.metadata.uid)
        throw invalid('Pod', name, [wrongValue('metadata.uid', uid, 'field is immutable')]);
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

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
