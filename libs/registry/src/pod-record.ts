import { isIP } from 'node:net';
import type { KubeObject } from '@micro/kube';
import { joinAddress, splitAddress } from './node.ts';
import { mangle, recordPrefix, selectorPrefix } from './pod-keys.ts';
import { parseRecord } from './record.ts';
import type { Node } from './registry.ts';

/** What a pod says of itself, as far as it can be believed. */
export interface PodRecord {
  readonly nodes: readonly Node[];
  /** What was passed over and why, in sentences for people. */
  readonly problems: readonly string[];
}

const nothing: PodRecord = { nodes: [], problems: [] };

/**
 * Reads the nodes that a pod has registered. There are none unless it can take calls: Running, Ready
 * and not on its way out. A record that is wrong is passed over, the others count.
 */
export function readPod(pod: KubeObject): PodRecord {
  const host = hostOf(pod);
  if (host === undefined) return nothing;
  const { name, namespace = '', labels = {}, annotations = {} } = pod.metadata;
  const nodes: Node[] = [];
  const problems: string[] = [];
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(selectorPrefix) || value !== 'service') continue;
    const mangled = label.slice(selectorPrefix.length);
    try {
      nodes.push(...readRecord(annotations[recordPrefix + mangled], mangled, host));
    } catch (error) {
      const where = `annotation ${recordPrefix}${mangled} of pod ${namespace}/${name}`;
      problems.push(`passed over ${where}: ${(error as Error).message}`);
    }
  }
  return { nodes, problems };
}

/** The address to call a pod on, or undefined if it must not be called. */
function hostOf({ metadata, status }: KubeObject): string | undefined {
  const { phase, podIP, conditions } = (status ?? {}) as Readonly<Record<string, unknown>>;
  const ready =
    Array.isArray(conditions) &&
    conditions.some((condition) => condition?.type === 'Ready' && condition.status === 'True');
  const live = phase === 'Running' && ready && metadata.deletionTimestamp === undefined;
  return live && typeof podIP === 'string' && isIP(podIP) !== 0 ? podIP : undefined;
}

function readRecord(text: string | undefined, mangled: string, host: string): Node[] {
  if (text === undefined) throw new TypeError('expected it beside the label, there is none');
  return parseRecord(text).map((node) => {
    if (mangle(node.service) !== mangled)
      throw new TypeError(
        `expected a record of ${mangled}, got one of ${node.service.slice(0, 100)}`,
      );
    // Only the port is the pod's to say: another host would send its callers to a stranger.
    return { ...node, address: joinAddress(host, splitAddress(node.address)?.port ?? 0) };
  });
}
