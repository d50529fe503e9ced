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
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly finalizers?: readonly string[];
    readonly labels?: Labels;
    readonly annotations?: Labels;
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
  /** In the order of their names, as etcd has its keys. */
  list(namespace: string): StoredPod[];
  get(namespace: string, name: string): StoredPod | undefined;
  /** Writes it with the next version; what changes nothing writes nothing. */
  put(pod: StoredPod): StoredPod;
  remove(pod: StoredPod): void;
  /** The writes after a version, which is not below `oldest`. */
  since(version: number): readonly LogEntry[];
  /** Forgets the writes so far, as a compaction does. */
  compact(): void;
}

/** Creates an empty log; `onWrite` is told of each write after it is done. */
export function createObjectLog(onWrite: (entry: LogEntry) => void): ObjectLog {
  const pods = new Map<string, StoredPod>();
  let entries: LogEntry[] = [];
  let version = 1;
  let oldest = 1;

  const write = (pod: StoredPod, keep: boolean): StoredPod => {
    const key = keyOf(pod.metadata.namespace, pod.metadata.name);
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

  return {
    get version() {
      return version;
    },
    get oldest() {
      return oldest;
    },
    list: (namespace) =>
      [...pods]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, pod]) => pod)
        .filter((pod) => pod.metadata.namespace === namespace),
    get: (namespace, name) => pods.get(keyOf(namespace, name)),
    put(pod) {
      const before = pods.get(keyOf(pod.metadata.namespace, pod.metadata.name));
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
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
