import type { AccessTable } from './access-table.ts';
import type { Recorded } from './api-request.ts';
import { Refusal } from './api-status.ts';
import { readListOptions } from './list-options.ts';
import { chooseEncoding } from './object-encoding.ts';
import type { ObjectLog, StoredPod } from './object-log.ts';
import { patchKind } from './patch-kinds.ts';
import { listPods } from './pod-list.ts';
import type { Admit, Pods } from './pods.ts';
import { asRecord } from './protobuf.ts';
import type { Wish } from './watchers.ts';

/** A write that is about to be done. */
export interface Admission {
  readonly user: string;
  readonly verb: string;
  /** `pods` or `pods/status` */
  readonly resource: string;
  /** Absent if it is created. */
  readonly before?: StoredPod;
  /** Absent if it is deleted. */
  readonly after?: StoredPod;
}

/** What the pods API is made of. */
export interface PodsApiParts {
  readonly log: ObjectLog;
  readonly pods: Pods;
  readonly access: AccessTable;
  /** Whether the feature WatchList is on. */
  watchList(): boolean;
  /** @throws Refusal to prevent the write. */
  admit(admission: Admission): void;
}

/** What is answered: an object, or the events of a watch. */
export type PodsAnswer =
  | { readonly status: number; readonly object: unknown }
  | { readonly watch: Wish };

/** Does what a request for pods asks. @throws Refusal */
export function servePods(request: Recorded, user: string, parts: PodsApiParts): PodsAnswer {
  const { verb, resource, apiGroup, namespace, name, query, body } = request;
  const { log, pods, access } = parts;
  if (resource !== 'pods' && resource !== 'pods/status')
    throw new Refusal(404, 'the server could not find the requested resource', {});
  access.check({ user, verb, resource, apiGroup, namespace, ...(name && { name }) });
  const encoding = chooseEncoding(request.accept);
  const admit: Admit = (before, after) =>
    parts.admit({ user, verb, resource, ...(before && { before }), ...(after && { after }) });
  const found = (object: unknown, status = 200): PodsAnswer => ({ status, object });

  switch (verb) {
    case 'watch':
      return { watch: { ...readListOptions(query, true, parts.watchList()), namespace, encoding } };
    case 'list':
      return found(listPods(log, namespace, readListOptions(query, false, parts.watchList())));
    case 'get':
      return found(pods.get(namespace, name));
    case 'create':
      return found(pods.create(namespace, body, admit), 201);
    case 'patch': {
      const patch = patchKind(request.contentType);
      const status = resource === 'pods/status';
      const change = (before: StoredPod) => patch(before, request.text);
      return found(pods.update(namespace, name, change, { status, admit }));
    }
    case 'delete': {
      const { uid, resourceVersion } = asRecord(asRecord(body)['preconditions']);
      const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
      const options = { uid: text(uid), resourceVersion: text(resourceVersion), admit };
      return found(pods.delete(namespace, name, options));
    }
    default:
      throw new Refusal(405, 'the server does not allow this method on the requested resource', {});
  }
}
