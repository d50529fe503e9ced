import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import { run } from './command.ts';
import { until } from './until.ts';

/** Runs kubectl in our namespace, for a minute at most. */
export function kubectl(...args: string[]): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  return run('kubectl', ['--namespace', 'micro', ...args], { signal });
}

/** Gives the cluster an object. */
export async function apply(object: unknown): Promise<void> {
  const args = ['--namespace', 'micro', 'apply', '--filename', '-'];
  await run('kubectl', args, { input: JSON.stringify(object) });
}

/** The pods of an app that are not going. */
export async function podsOf(app: string): Promise<V1Pod[]> {
  const text = await kubectl('get', 'pods', '--selector', `app=${app}`, '--output', 'json');
  const list: V1PodList = JSON.parse(text);
  return list.items.filter(({ metadata }) => !metadata?.deletionTimestamp);
}

/** Waits until greeter runs with as many pods as it was deployed with, and nothing is being replaced. */
export async function settled(count = 2): Promise<V1Pod[]> {
  return await until(`${count} ready pods of greeter`, 60_000, async () => {
    const pods = await podsOf('greeter');
    return pods.length === count && pods.every(isReady) && pods;
  });
}

/** Replaces every pod of an app, as a new version would. */
export async function restart(app: string): Promise<void> {
  await kubectl('rollout', 'restart', `deployment/${app}`);
  await kubectl('rollout', 'status', `deployment/${app}`, '--timeout', '60s');
}

/** Whether a pod may be sent calls. */
export function isReady({ status }: V1Pod): boolean {
  return !!status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** How often a pod's container was started again. */
export function restartsOf({ status }: V1Pod): number {
  return status?.containerStatuses?.[0]?.restartCount ?? 0;
}

/** The names of pods. */
export function namesOf(pods: readonly V1Pod[]): string[] {
  return pods.map(({ metadata }) => metadata?.name ?? '');
}
