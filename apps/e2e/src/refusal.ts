import { type KubeClient, KubeError, podsPath } from '@micro/kube';
import { until } from './until.ts';

/** The policy of `k8s/components/self-writes-only`, and its binding. */
export const policy = 'micro-self-writes-only';

/** A merge patch of one label; null removes it. */
export function label(key: string, value: string | null): object {
  return { metadata: { labels: { [key]: value } } };
}

/** A merge patch of one annotation; null removes it. */
export function annotation(key: string, value: string | null): object {
  return { metadata: { annotations: { [key]: value } } };
}

/**
 * Patches one of our pods, and returns what the policy says against it.
 *
 * @param target The pod's name, or `name/status`.
 * @param patch A merge patch, or a JSON patch if it is a list.
 * @throws Error if it is not refused, or not by the policy.
 */
export async function refusal(
  client: KubeClient,
  target: string,
  patch: object,
  query: { readonly dryRun?: 'All' } = {},
): Promise<string> {
  const [name = '', subresource] = target.split('/');
  const path = podsPath('micro', name) + (subresource ? `/${subresource}` : '');
  const contentType = `application/${Array.isArray(patch) ? 'json-patch' : 'merge-patch'}+json`;
  const answer = await client
    .request('PATCH', path, { query, body: patch, contentType })
    .catch((error: unknown) => error);
  if (!(answer instanceof KubeError))
    throw new Error(`expected the patch of ${target} to be refused, it was done`);
  const words = `422 pods "${name}" is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;
  if (!answer.detail.startsWith(words)) throw answer;
  return answer.detail.slice(words.length);
}

/** Waits until the API server, which takes a moment, goes by the policy. `client` is the pod's own. */
export async function enforced(client: KubeClient, pod: string): Promise<void> {
  await until('the policy to be enforced', 30_000, () =>
    refusal(client, pod, annotation('x', 'y'), { dryRun: 'All' }),
  );
}
