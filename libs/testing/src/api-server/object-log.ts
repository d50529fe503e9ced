import type { Labels } from './label-selector.ts';

/** A pod as the fake keeps it. */
export interface StoredPod {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly finalizers?: readonly string[];
  };
  readonly spec: unknown;
  readonly status: unknown;
}

/** One write: what was there before it and what after it. */
export interface LogEntry {
  readonly version: number;
  readonly before?: StoredPod;
  readonly after?: StoredPod;
}

/** The pods and every write to them, as etcd has them: one counter for all. */
export interface ObjectLog {
  readonly version: number;
  readonly oldest: number;
  /** In the order of their names, as etcd has its keys. @param version Not below `oldest`. @default the newest */
  list(namespace: string, version?: number): StoredPod[];
  get(namespace: string, name: string): StoredPod | undefined;
  /** Writes it with the next version; what changes nothing writes nothing. */
  put(pod: StoredPod): StoredPod;
  remove(pod: StoredPod): void;
  /** The writes after a version, which is not below `oldest`. */
  since(version: number): readonly LogEntry[];
  /** Forgets the writes so far, as a compaction does. */
  compact(): void;
  /** Begins again from the first version, with no pods. */
  renew(): void;
}

/** Creates an empty log; `onWrite` is told of each write after it is done. */
export function createObjectLog(onWrite: (entry: LogEntry) => void): ObjectLog {
  const pods = new Map<string, StoredPod>();
  let entries: LogEntry[] = [];
  let version = 1;
  let oldest = 1;

  const write = (pod: StoredPod, keep: boolean): StoredPod => {
    const key = keyOf(pod);
    const before = pods.get(key);
    version++;
    const written = {
      ...pod,
      metadata: { ...pod.metadata, resourceVersion: String(version) },
    };
    if (keep) pods.set(key, written);
    else pods.delete(key);
    const entry = { version, ...(before && { before }), ...(keep && { after: written }) };
    entries.push(entry);
    onWrite(entry);
    return written;
  };
  const podsAt = (asked: number): Map<string, StoredPod> => {
    const then = new Map(pods);
    for (const { version, before, after } of entries.toReversed()) {
      if (version <= asked) break;
      if (before) then.set(keyOf(before), before);
      else if (after) then.delete(keyOf(after));
    }
    return then;
  };

  return {
    get version() {
      return version;
    },
    get oldest() {
      return oldest;
    },
    list: (namespace, asked = version) =>
      [...podsAt(asked).values()]
        .filter((pod) => pod.metadata.namespace === namespace)
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    get: (namespace, name) => pods.get(`${namespace}/${name}`),
    put(pod) {
      const before = pods.get(keyOf(pod));
      return before && JSON.stringify(before) === JSON.stringify(pod) ? before : write(pod, true);
    },
    remove(pod) {
      write(pod, false);
    },
    since: (after) => entries.filter((entry) => entry.version > after),
    compact() {
      entries = [];
      oldest = version;
    },
    renew() {
      pods.clear();
      entries = [];
      version = 1;
      oldest = 1;
    },
  };
}

function keyOf({ metadata: { namespace, name } }: StoredPod): string {
  return `${namespace}/${name}`;
}
