/** Where a call went: `unknown` where this process does not know its own zone. */
export type PickedZone = 'local' | 'other' | 'unknown';

/** Why a call was made once more: how far the try before came; `shed` is a node that had too much to do. */
export type RetryReason = 'unsent' | 'refused' | 'shed' | 'processed';

/** Why a node gets no calls for a while: its calls failed in a row, or nothing came from it. */
export type EjectionReason = 'failing' | 'silent';

/** Takes what is worth counting of the calls made. Every value is from a closed list, so that series stay few. */
export interface ClientMeter {
  /** A node was chosen for a call, or for one more try of it. */
  picked(zone: PickedZone): void;
  retried(reason: RetryReason): void;
  ejected(reason: EjectionReason): void;
  /** A node that was ejected gets calls again. */
  readmitted(): void;
}

/** For who counts nothing. */
export const silentMeter: ClientMeter = {
  picked() {},
  retried() {},
  ejected() {},
  readmitted() {},
};
