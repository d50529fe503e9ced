import type { Clock } from '@micro/kube';

/** So many pods are remembered. */
const maxPods = 1_000;
/** Of one pod no more is told within a minute: it may say something else each time. */
const maxTold = 10;
const minuteMs = 60_000;

/** Tells people of pods whose registrations are wrong, each thing once for as long as it is so. */
export interface Complaints {
  /** What is wrong with a pod now; nothing, as a rule. */
  hear(uid: string, problems: readonly string[]): void;
  /** The pod is gone. */
  forget(uid: string): void;
}

export function createComplaints(tell: (problem: string) => void, clock: Clock): Complaints {
  const pods = new Map<string, { problems: readonly string[]; told: number; since: number }>();

  return {
    hear(uid, problems) {
      const known = pods.get(uid);
      if (!known && problems.length === 0) return;
      if (!known && pods.size >= maxPods) pods.clear();
      const now = clock.now();
      const pod = known ?? { problems: [], told: 0, since: now };
      if (now - pod.since >= minuteMs) Object.assign(pod, { told: 0, since: now });
      for (const problem of problems) {
        if (pod.problems.includes(problem) || pod.told >= maxTold) continue;
        pod.told++;
        tell(pod.told < maxTold ? problem : `${problem}; no more of this pod is told for a minute`);
      }
      pod.problems = problems;
      pods.set(uid, pod);
    },
    forget: (uid) => pods.delete(uid),
  };
}
