import type { Clock } from '@micro/kube';

/** So many pods are remembered. */
const maxPods = 1_000;
/** Of one pod no more is told within a minute: it may say something else each time. */
const maxTold = 10;
const minuteMs = 60_000;

/** Tells people what is wrong with pods' registrations, each thing once for as long as it is so. */
export interface PodProblems {
  /** All that is wrong with a pod now; nothing, as a rule. */
  update(uid: string, problems: readonly string[]): void;
  /** The pod is gone. */
  forget(uid: string): void;
}

export function createPodProblems(onProblem: (problem: string) => void, clock: Clock): PodProblems {
  /** What was told of each pod and still is so, and how much since when. */
  const pods = new Map<string, { told: readonly string[]; count: number; since: number }>();

  return {
    update(uid, problems) {
      const known = pods.get(uid);
      if (!known && problems.length === 0) return;
      if (!known && pods.size >= maxPods) pods.clear();
      const now = clock.now();
      const pod = known ?? { told: [], count: 0, since: now };
      if (now - pod.since >= minuteMs) Object.assign(pod, { count: 0, since: now });
      pod.told = problems.filter((problem) => {
        if (pod.told.includes(problem)) return true;
        if (pod.count >= maxTold) return false;
        pod.count++;
        const rest = '; no more of this pod is told for a minute';
        onProblem(pod.count < maxTold ? problem : problem + rest);
        return true;
      });
      pods.set(uid, pod);
    },
    forget: (uid) => pods.delete(uid),
  };
}
