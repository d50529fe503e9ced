import type { KubeError } from '../errors.ts';

/** How far a picture of a collection goes, and so what is to be asked for next. */
export interface Position {
  /** Up to which version it is complete. Undefined: it must be fetched whole. */
  readonly version?: string;
  /** What it may not be older than when it is fetched; `0`: as old as the server's cache, `''`: as new as etcd. */
  readonly notOlderThan: string;
  /** Whether the server can send all there is as the beginning of a watch, as since Kubernetes 1.34. */
  readonly watchList: boolean;
  /** The last fetch was not believed; the next one is. */
  readonly confirming: boolean;
}

/** Where everyone begins: whatever the server has at hand will do. */
export const beginning: Position = { notOlderThan: '0', watchList: true, confirming: false };

/** The picture is complete up to `version`. */
export function reached({ watchList }: Position, version: string): Position {
  return { version, notOlderThan: version, watchList, confirming: false };
}

/** The picture is to be fetched whole, no older than it was. */
export function anew({ version: _, ...position }: Position): Position {
  return position;
}

/** Where to go on after a failure, as client-go's reflector does. */
export function afterFailure(position: Position, error: KubeError): Position {
  const whole = anew(position);
  // What a cache said and nobody believes, etcd is asked for.
  if (error.reason === 'Suspect') return { ...whole, notOlderThan: '', confirming: true };
  // A server that was upgraded has the version in its cache again soon: only if it has not even that
  // is etcd asked, or every client would at once (kubernetes#86430).
  if (error.lostVersion)
    return position.version === undefined ? { ...whole, notOlderThan: '' } : whole;
  // What could not be understood once can't be from the same version again.
  if (error.reason === 'Malformed' || error.reason === 'TooLarge') return whole;
  const refused = error.status === 400 || error.status === 422;
  if (refused && position.version === undefined) return { ...whole, watchList: false };
  return position;
}
