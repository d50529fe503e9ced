import type { Registry } from '@micro/registry';
import { nearest } from '../nearest.ts';
import type { Sight } from './members.ts';
import type { NoPick } from './pick.ts';
import { answersGrpc, protocolOf } from './protocol.ts';
import { describe, type Wish } from './wish.ts';

/** So many of the reasons why connections fail are told. */
const maxCauses = 3;

export interface Absence {
  /** The registered name that was called. */
  readonly service: string;
  readonly reason: NoPick;
  readonly wish: Wish;
  readonly sight: Sight;
  readonly registry: Pick<Registry, 'kind' | 'scope' | 'status'>;
  /** The names of the services there are, for who made a slip; asked only if there is no node. */
  readonly services: () => Iterable<string>;
}

/** Says why a call has nowhere to go, in a sentence for people. */
export function explainAbsence({
  service,
  reason,
  wish,
  sight,
  registry,
  services,
}: Absence): string {
  const { nodes, unconnected } = sight;
  if (nodes.length === 0) {
    const meant = nearest(service, [...services()], (name) => `; did you mean "${name}"?`);
    return `no node of ${service} in ${describeView(registry)}${meant}`;
  }
  const callable = nodes.filter(answersGrpc);
  if (callable.length === 0) {
    const protocols = [...new Set(nodes.map((node) => protocolOf(node)))].sort();
    return `no node of ${service} answers gRPC: ${nodes.length === 1 ? 'the one' : `all ${nodes.length}`} seen speak${nodes.length === 1 ? 's' : ''} ${protocols.join(' or ')}`;
  }
  if (reason === 'unsuited')
    return `0 of ${nodesOf(callable.length)} of ${service} have ${describe(wish)}`;
  return `no connection to any of ${nodesOf(unconnected.length)} of ${service}${describeCauses(unconnected)}`;
}

/** The registry, what it shows and how long ago it was heard. */
function describeView({ kind, scope, status }: Absence['registry']): string {
  const where = `registry ${kind}${scope === undefined ? '' : ` (${scope})`}`;
  if (status.state === 'idle' || status.state === 'starting')
    return `${where}, which is not synced yet${status.reason === undefined ? '' : `: ${status.reason}`}`;
  const said: string[] = [];
  if (status.counts) {
    const { live, waiting, leaving, broken } = status.counts;
    said.push(`${live} of ${live + waiting + leaving + broken} seen are live`);
  }
  if (status.silentMs !== undefined)
    said.push(`heard ${Math.round(status.silentMs / 1_000)} s ago`);
  if (status.state === 'stale')
    said.push(`stale${status.reason === undefined ? '' : `: ${status.reason}`}`);
  return said.length === 0 ? where : `${where}: ${said.join(', ')}`;
}

function describeCauses(members: Sight['unconnected']): string {
  const counts = new Map<string, number>();
  for (const { cause } of members)
    if (cause !== '') counts.set(cause, (counts.get(cause) ?? 0) + 1);
  if (counts.size === 0) return '';
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, maxCauses);
  const told = most.map(([cause, count]) => (count === 1 ? cause : `${cause} (${count} times)`));
  if (counts.size > maxCauses) told.push('and others');
  return `: ${told.join(', ')}`;
}

function nodesOf(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
