import type { Pod } from '../pod.ts';

/** What became of one pod: it came (no `before`), changed, or went (no `after`). */
export interface PodChange<T> {
  /** What a pod is told apart by, for another may take over its name. */
  readonly uid: string;
  readonly before?: T;
  readonly after?: T;
}

/**
 * Makes one change of all that became of the same pod, and none where that leaves all as it was.
 *
 * @param became By event, each of which says a pod once.
 */
export function mergeChanges<T>(
  became: readonly (readonly PodChange<T>[])[],
): readonly PodChange<T>[] {
  const [only = [], ...others] = became.filter(({ length }) => length > 0);
  if (others.length === 0) return only;
  const merged = new Map<string, PodChange<T>>();
  for (const { uid, before: last, after } of [only, ...others].flat()) {
    const known = merged.get(uid);
    const before = known ? known.before : last;
    merged.delete(uid);
    if (before !== after) merged.set(uid, changeOf(uid, before, after));
  }
  return [...merged.values()];
}

/**
 * Makes what is kept of a pod; undefined keeps nothing. The pod itself is let go. Returning `before`
 * says that nothing has changed.
 */
export type Project<T> = (pod: Pod, before: T | undefined) => T | undefined;

/** The pods as last heard, by uid, each only as what `project` made of it. */
export interface PodStore<T> {
  readonly values: ReadonlyMap<string, T>;
  set(pod: Pod): PodChange<T>[];
  delete(pod: Pod): PodChange<T>[];
  /** Begins a whole new picture, which takes the place of this one when it is complete. */
  renew(): Renewal<T>;
}

/** A picture that is being put together. */
export interface Renewal<T> {
  readonly size: number;
  set(pod: Pod): void;
  delete(pod: Pod): void;
  /** Takes it over; what has not changed since the picture before is no change. */
  take(): PodChange<T>[];
}

export function createPodStore<T>(
  project: Project<T>,
  initial: Iterable<readonly [uid: string, value: T]> = [],
): PodStore<T> {
  const values = new Map<string, T>(initial);

  const change = (uid: string, after: T | undefined, changes: PodChange<T>[] = []) => {
    const before = values.get(uid);
    if (before === after) return changes;
    if (after === undefined) values.delete(uid);
    else values.set(uid, after);
    changes.push(changeOf(uid, before, after));
    return changes;
  };

  return {
    values,
    set: (pod) => change(pod.metadata.uid, project(pod, values.get(pod.metadata.uid))),
    delete: ({ metadata: { uid } }) => change(uid, undefined),
    renew() {
      const next = new Map<string, T>();
      return {
        get size() {
          return next.size;
        },
        set(pod) {
          const { uid } = pod.metadata;
          const value = project(pod, next.get(uid) ?? values.get(uid));
          if (value === undefined) next.delete(uid);
          else next.set(uid, value);
        },
        delete: ({ metadata: { uid } }) => next.delete(uid),
        take() {
          const changes: PodChange<T>[] = [];
          // What came first: who is told a part of it must not find a service without its new pods.
          for (const [uid, value] of next) change(uid, value, changes);
          for (const uid of values.keys()) if (!next.has(uid)) change(uid, undefined, changes);
          return changes;
        },
      };
    },
  };
}

function changeOf<T>(uid: string, before: T | undefined, after: T | undefined): PodChange<T> {
  // Written out, for a first picture is thousands of them at once.
  if (before === undefined) return after === undefined ? { uid } : { uid, after };
  return after === undefined ? { uid, before } : { uid, before, after };
}
