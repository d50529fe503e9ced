import type { KubeClient, ListOptions } from './client.ts';
import type { Pod } from './pod.ts';
import type { WatchEvent } from './protobuf/watch-stream.ts';

/** For tests: lists the pods of a namespace as an array. */
export async function listAll(
  client: KubeClient,
  options: ListOptions = {},
  namespace: string = client.namespace,
): Promise<{ readonly resourceVersion: string; readonly items: readonly Pod[] }> {
  const items: Pod[] = [];
  const { resourceVersion } = await client.listPods(namespace, options, (pod) => items.push(pod));
  return { resourceVersion, items };
}

/** For tests: the events of a watch one by one. */
export async function* eventsOf(
  stream: AsyncIterable<readonly WatchEvent[]>,
): AsyncGenerator<WatchEvent> {
  for await (const events of stream) yield* events;
}
