import type { KubeError } from '@micro/kube';
import type { RegistryError } from './registry.ts';

/** Why following the source was interrupted. */
export type Interruption =
  /** The server forgot the version (410), or never had it. */
  | 'gone'
  | 'silent'
  | 'timeout'
  | 'unreachable'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'server-error'
  /** Something came that can't be understood. */
  | 'malformed'
  /** Most nodes were missing, which is not believed at once. */
  | 'suspect'
  | 'other';

/** Takes what is worth counting. Every value but numbers is from a closed list, so that series stay few. */
export interface RegistryMeter {
  /** A complete picture was taken over, `durationMs` after it was asked for. */
  listed(durationMs: number): void;
  interrupted(reason: Interruption): void;
  received(bytes: number): void;
  /** A registration was written or taken back, or was not. */
  wrote(result: 'ok' | RegistryError['code']): void;
}

/** Puts a failure into one of few words. */
export function interruptionOf({ reason, status = 0, lostVersion }: KubeError): Interruption {
  if (lostVersion) return 'gone';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server-error';
  return words[reason] ?? 'other';
}

const words: Readonly<Record<string, Interruption>> = {
  Silent: 'silent',
  Timeout: 'timeout',
  Unreachable: 'unreachable',
  Malformed: 'malformed',
  TooLarge: 'malformed',
  Suspect: 'suspect',
};
