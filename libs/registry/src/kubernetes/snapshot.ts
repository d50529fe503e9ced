import type { PodRecord } from './pod-record.ts';

/** What was known of a namespace's pods. */
export interface Known {
  /** `2026-11-25T04:00:00.000Z` */
  readonly savedAt: string;
  readonly pods: readonly (readonly [uid: string, record: PodRecord])[];
}

/**
 * Keeps what is known on disk, for a process that starts while the API server is away.
 */
export interface Snapshot {
  /** What was known when this process began; undefined if that is nothing, or too long ago. */
  load(namespace: string): Known | undefined;
  /** Keeps it a moment later, together with what changes until then. */
  save(namespace: string, pods: ReadonlyMap<string, PodRecord>): void;
  /** Keeps what there is to keep, and ends. */
  close(): Promise<void>;
}
