export { type AccessQuestion, canI, type Identity, whoAmI } from './access.ts';
export {
  createKubeClient,
  type KubeClient,
  type ListOptions,
  type ObjectList,
  type PatchOptions,
  type RequestOptions,
  type WatchOptions,
} from './client.ts';
export type { Clock } from './clock.ts';
export { loadConfig, serviceAccountDirectory } from './config.ts';
export type { Credentials, KubeConfig } from './credentials.ts';
export { KubeError } from './errors.ts';
export { explainForbidden } from './explain-forbidden.ts';
export type { KubeObject, ObjectMetadata } from './object.ts';
export type { ObjectChange } from './object-store.ts';
export { type ReflectOptions, type Reflector, type ReflectorState, reflect } from './reflector.ts';
export { podsPath, type RequestAttributes } from './request-path.ts';
export type { WatchEvent } from './watch-stream.ts';
