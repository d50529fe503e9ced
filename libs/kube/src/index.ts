export { type AccessQuestion, canI, type Identity, whoAmI } from './access.ts';
export {
  createKubeClient,
  type KubeClient,
  type KubeClientOptions,
  type ListOptions,
  type PatchOptions,
  type PodSelector,
  type RequestOptions,
  type WatchOptions,
} from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { loadConfig, serviceAccountDirectory } from './config.ts';
export type { Credentials, KubeConfig } from './credentials.ts';
export { KubeError } from './errors.ts';
export { explainForbidden } from './explain-forbidden.ts';
export type { KubeObject, ObjectMetadata } from './object.ts';
export type { Pod, PodMetadata, PodStatus } from './pod.ts';
export type { WatchEvent } from './protobuf/watch-stream.ts';
export type { PodChange, Project } from './reflector/pod-store.ts';
export {
  type ReflectOptions,
  type Reflector,
  type ReflectorState,
  reflect,
} from './reflector/reflector.ts';
export { isNewer } from './reflector/version.ts';
export { describeRequest, podsPath, type RequestAttributes } from './request-path.ts';
