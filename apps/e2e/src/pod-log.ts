import { kubectl } from './kubectl.ts';

/** How a pod's picture of the others was, from a time on. */
export interface Knowledge {
  readonly at: number;
  /** `starting`, `synced` or `stale`. */
  readonly state: string;
  readonly nodes: number;
}

/** Reads from a pod's log how its picture of the others went since its container began. */
export async function knowledgeOf(pod: string): Promise<Knowledge[]> {
  const text = await kubectl('logs', pod);
  const lines = text.split('\n').filter(Boolean);
  return lines
    .map((line): Line => JSON.parse(line))
    .filter(({ msg }) => msg === 'registry')
    .map(({ time, state, nodes }) => ({ at: Date.parse(time), state, nodes }));
}

interface Line extends Omit<Knowledge, 'at'> {
  readonly time: string;
  readonly msg: string;
}
