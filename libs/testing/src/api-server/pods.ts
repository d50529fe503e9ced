import { randomUUID } from 'node:crypto';
import { mergePatch } from './merge-patch.ts';
import { metadataFaults } from './metadata-rules.ts';
import type { ObjectLog, StoredPod } from './object-log.ts';
import { formPod } from './pod-form.ts';
import { updatePod } from './pod-update.ts';
import { asRecord } from './protobuf.ts';
import {
  alreadyExists,
  conflict,
  invalid,
  notFound,
  requiredValue,
  unexpected,
} from './refusals.ts';

/** Has the last word on a write. @throws Refusal to prevent it. */
export type Admit = (before: StoredPod | undefined, after: StoredPod | undefined) => void;

/** The writes of the pods API over a log, with the rules a pod is under. */
export interface Pods {
  get(namespace: string, name: string): StoredPod;
  create(namespace: string, body: unknown, admit?: Admit): StoredPod;
  /** Applies a JSON merge patch. @param status Through the subresource, which writes the status. */
  patch(namespace: string, name: string, body: unknown, status?: boolean): StoredPod;
  /** Writes what `change` makes of it. */
  update(
    namespace: string,
    name: string,
    change: (before: StoredPod) => unknown,
    options?: { readonly status?: boolean; readonly admit?: Admit },
  ): StoredPod;
  /** Takes it away, or marks it as going if it has finalizers. */
  delete(namespace: string, name: string, options?: DeleteOptions): StoredPod;
}

/** What must hold for a pod to be deleted. */
export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly admit?: Admit;
}

export function createPods(log: ObjectLog): Pods {
  const get = (namespace: string, name: string): StoredPod => {
    const pod = log.get(namespace, name);
    if (!pod) throw notFound(name);
    return pod;
  };

  const update: Pods['update'] = (namespace, name, change, { status = false, admit } = {}) => {
    const before = get(namespace, name);
    const after = updatePod(before, formPod(change(before)), status);
    admit?.(before, after);
    const kept = log.put(after);
    if (kept.metadata.deletionTimestamp && !kept.metadata.finalizers) log.remove(kept);
    return kept;
  };

  return {
    get,
    create(namespace, body, admit) {
      const { metadata, spec = {} } = formPod({ apiVersion: 'v1', kind: 'Pod', ...asRecord(body) });
      const { name, resourceVersion } = metadata;
      if (resourceVersion !== undefined)
        throw unexpected('resourceVersion should not be set on objects to be created');
      const faults = metadataFaults(metadata);
      if (name === undefined)
        faults.unshift(requiredValue('metadata.name', 'name or generateName is required'));
      if (faults.length > 0) throw invalid('Pod', name ?? '', faults);
      const created: StoredPod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          ...metadata,
          namespace,
          uid: randomUUID(),
          generation: 1,
          creationTimestamp: now(),
          resourceVersion: '',
        },
        spec,
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      };
      admit?.(undefined, created);
      if (log.get(namespace, name)) throw alreadyExists(name);
      return log.put(created);
    },
    update,
    patch: (namespace, name, body, status = false) =>
      update(namespace, name, (before) => mergePatch(before, body), { status }),
    delete(namespace, name, { uid, resourceVersion, admit } = {}) {
      const before = get(namespace, name);
      const { metadata } = before;
      if (uid !== undefined && uid !== metadata.uid)
        throw conflict(
          'Pod',
          name,
          `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
        );
      if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
        throw conflict(
          'Pod',
          name,
          `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
        );
      admit?.(before, undefined);
      if (metadata.deletionTimestamp) return before;
      const end = { deletionTimestamp: now(), deletionGracePeriodSeconds: 0 };
      const generation = metadata.generation + 1;
      const going = log.put({ ...before, metadata: { ...metadata, generation, ...end } });
      if (!going.metadata.finalizers) log.remove(going);
      return going;
    },
  };
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
