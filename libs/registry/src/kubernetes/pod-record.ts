import { isIP } from 'node:net';
import type { Pod } from '@micro/kube';
import { joinAddress, sameNode, splitAddress } from '../node.ts';
import type { Node } from '../registry.ts';
import { mangle, recordPrefix, selectorPrefix } from './pod-keys.ts';
import { createRecordReader } from './record-reader.ts';

/**
 * What is kept of a pod, for as long as it is there: its node, its nodes where it has several, or why
 * there are none. One node has no array around it, for there may be ten thousand.
 */
export type PodRecord = Node | readonly Node[] | 'waiting' | 'leaving' | 'broken';

/** The nodes of a record. */
export function nodesOf(record: PodRecord | undefined): readonly Node[] {
  if (record === undefined || typeof record === 'string') return [];
  return isList(record) ? record : [record];
}

/** What the pod of a record is good for. */
export function stateOf(record: PodRecord): 'live' | 'waiting' | 'leaving' | 'broken' {
  return typeof record === 'string' ? record : 'live';
}

/** A pod is a process or a few, and each offers a service or a few. */
const maxNodes = 100;

/** Makes a record of a pod, `before` where it still says the same; undefined if it registers nothing. */
export type ReadPod = (pod: Pod, before: PodRecord | undefined) => PodRecord | undefined;

/**
 * Creates a reader of pods. There are no nodes unless the pod can take calls: Running, Ready and not
 * on its way out. One that was Ready stays so until its own kubelet takes it back. A registration that
 * is wrong is passed over, the others count.
 *
 * @param onRead Told of what was passed over and why, in sentences for people, each time a pod is read.
 */
export function createPodReader(
  onRead: (uid: string, problems: readonly string[]) => void,
): ReadPod {
  const readRecord = createRecordReader();

  return (pod, before) => {
    const { uid, name, namespace, labels, annotations } = pod.metadata;
    const services = Object.keys(labels)
      .filter((label) => label.startsWith(selectorPrefix) && labels[label] === 'service')
      .map((label) => label.slice(selectorPrefix.length));
    if (services.length === 0) return undefined;
    const host = hostOf(pod, nodesOf(before).length > 0);
    if (host === 'waiting' || host === 'leaving') return host;
    const nodes: Node[] = [];
    const problems: string[] = [];
    for (const mangled of services) {
      try {
        const text = annotations[recordPrefix + mangled];
        if (text === undefined) throw new TypeError('expected it beside the label, there is none');
        const read = readRecord(text).map((node) => nodeOn(host, mangled, node));
        if (nodes.length + read.length > maxNodes)
          throw new TypeError(`expected at most ${maxNodes} nodes a pod, got more`);
        nodes.push(...read);
      } catch (error) {
        const where = `annotation ${recordPrefix}${mangled} of pod ${namespace}/${name}`;
        problems.push(`passed over ${where}: ${(error as Error).message}`);
      }
    }
    onRead(uid, problems);
    if (nodes.length === 0) return 'broken';
    return same(nodesOf(before), nodes) ? before : compact(nodes);
  };
}

function same(before: readonly Node[], after: readonly Node[]): boolean {
  return (
    before.length === after.length && before.every((node, at) => sameNode(node, after[at] as Node))
  );
}

/** One node as it is, several as a list. */
export function compact(nodes: readonly Node[]): PodRecord {
  const [first] = nodes;
  return first && nodes.length === 1 ? first : nodes;
}

/** The address to call a pod on, or why it must not be called. */
function hostOf({ metadata, status }: Pod, wasLive: boolean): string {
  const { phase, podIP, ready, containersReady } = status;
  if (metadata.deletionTimestamp !== undefined) return 'leaving';
  // The node controller takes Ready, and Ready alone, from every pod of a node that it has not heard of
  // for 50 s, as after a pause of the API server. Whether they are there their connections tell.
  const unheard = wasLive && containersReady;
  return phase === 'Running' && (ready || unheard) && isIP(podIP) !== 0 ? podIP : 'waiting';
}

/** A node as it can be believed: of the service that its key names, and on its own pod. */
function nodeOn(host: string, mangled: string, node: Node): Node {
  if (mangle(node.service) !== mangled)
    throw new TypeError(
      `expected a record of ${mangled}, got one of ${node.service.slice(0, 100)}`,
    );
  // Only the port is the pod's to say: another host would send its callers to a stranger.
  const address = joinAddress(host, splitAddress(node.address)?.port ?? 0);
  // A string that was put together keeps its parts in memory; a copy does not.
  return { ...node, address: Buffer.from(address).toString() };
}

function isList(record: Node | readonly Node[]): record is readonly Node[] {
  return Array.isArray(record);
}
