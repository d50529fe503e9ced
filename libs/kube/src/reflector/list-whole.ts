import type { KubeClient, PodSelector } from '../client.ts';
import { KubeError } from '../errors.ts';
import type { Pod } from '../pod.ts';

/** What client-go asks etcd for at once. */
const pageSize = 500;

/**
 * Lists all pods of a namespace: from the server's cache in one piece, from etcd page by page. Pages
 * that end on the way, for etcd keeps no version for long, are asked for again as a whole.
 *
 * @param notOlderThan A version, `0` for whatever is in the cache, empty for etcd.
 * @param begin Called before pods are handed over, again if they come again.
 * @returns The version that was listed.
 */
export async function listWhole(
  client: Pick<KubeClient, 'listPods'>,
  namespace: string,
  query: PodSelector & { readonly signal: AbortSignal },
  notOlderThan: string,
  begin: () => void,
  onPod: (pod: Pod) => void,
): Promise<string> {
  const list = (more: { resourceVersion?: string; limit?: number; continue?: string }) =>
    client.listPods(namespace, { ...query, ...more }, onPod);
  begin();
  if (notOlderThan !== '') return (await list({ resourceVersion: notOlderThan })).resourceVersion;
  let page = await list({ limit: pageSize });
  while (page.next !== '') {
    try {
      page = await list({ limit: pageSize, continue: page.next });
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 410)) throw error;
      begin();
      page = await list({});
    }
  }
  return page.resourceVersion;
}
