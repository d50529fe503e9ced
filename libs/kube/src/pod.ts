import type { ObjectMetadata } from './object.ts';

/** What is read of a pod. Its spec, most of its status and who wrote which field are passed over. */
export interface Pod {
  readonly metadata: PodMetadata;
  readonly status: PodStatus;
}

export interface PodMetadata extends ObjectMetadata {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PodStatus {
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string;
  /** Empty until it has one. */
  readonly podIP: string;
  /** Its condition `Ready` is true. */
  readonly ready: boolean;
  /** Its condition `ContainersReady` is true: the last that its kubelet said of its probes. */
  readonly containersReady: boolean;
}
