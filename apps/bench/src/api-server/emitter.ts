import { setTimeout } from 'node:timers/promises';
import { ipOf, podCount, podsPerService } from './pod.ts';

/** Which events to make. */
export interface Emission {
  readonly count: number;
  readonly perSecond: number;
  /** Whether every tenth is a pod of the first service that stops to be Running, or runs again. */
  readonly flipping: boolean;
}

/** What an event makes of a pod. */
export interface PodEvent {
  readonly index: number;
  readonly running: boolean;
}

/** A pod that left the callable ones or came back, and when that was told. */
export interface Flip {
  readonly ip: string;
  readonly running: boolean;
  /** By `nowUs`. */
  readonly sentAtUs: number;
}

/** Microseconds of the machine's monotonic clock, which is the same in every process. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** Makes events at an even pace; what a late timer left out follows at once. */
export async function emitEvents(
  { count, perSecond, flipping }: Emission,
  emit: (event: PodEvent, sentAtUs: number) => void,
): Promise<Flip[]> {
  const flips: Flip[] = [];
  const begunUs = nowUs();
  for (let sent = 0; sent < count; await setTimeout(1)) {
    const due = Math.min(count, Math.floor(((nowUs() - begunUs) / 1e6) * perSecond));
    for (; sent < due; sent++) {
      const flip = flipping && sent % 10 === 0 ? flipOf(sent / 10) : undefined;
      const event = flip ?? { index: podOf(sent), running: true };
      const sentAtUs = nowUs();
      emit(event, sentAtUs);
      if (flip) flips.push({ ip: ipOf(flip.index), running: flip.running, sentAtUs });
    }
  }
  return flips;
}

/** Each pod in turn, but the first service's, in no order. */
function podOf(turn: number): number {
  const others = podCount - podsPerService;
  return podsPerService + ((turn * 7_919) % others);
}

/** One pod leaves, then another comes back that left twenty flips ago: no two are merged into nothing. */
function flipOf(turn: number): PodEvent | undefined {
  const pair = Math.floor(turn / 2);
  if (turn % 2 === 0) return { index: pair % podsPerService, running: false };
  return pair < 10 ? undefined : { index: (pair - 10) % podsPerService, running: true };
}
