import { sameNode } from '../node.ts';
import type { NodeTable } from '../node-table.ts';
import type { Node } from '../registry.ts';
import { encodeQuery } from './encode.ts';
import { serviceName } from './name.ts';
import type { Message } from './parse.ts';

/**
 * Who is silent for longer has gone, whatever its record says: go-micro writes 120 s and never takes
 * back what was killed, but what lives answers every 4 s. RFC 6762, 10.5 allows it after two
 * questions and 10 s.
 */
const maxSilenceSeconds = 10;
/** Asked for once more before it is given up. */
const dyingSeconds = 2;
const longestPauseSeconds = 4;
/** For so long what was said to all holds against answers, which come by another socket. */
const settlingSeconds = 2;
const maxNodes = 1_000;
const maxServices = 1_000;
const namesPerQuery = 100;

/** Learns who is there: packets to send, no socket and no clock of its own but the tick. */
export interface Browser {
  /** The questions of a full round. */
  ask(): Buffer[];
  /** Learns from a response; the questions it raises. */
  hear(message: Message & { type: 'response' }, to: 'all' | 'us'): Buffer[];
  /**
   * Once a second: lets age what was heard, and asks when it is time. Seconds are counted in ticks,
   * not measured: a process that was stopped has not heard anything either and forgets nothing.
   * Nor does one that is `lost`, with no way to ask.
   */
  tick(lost?: boolean): Buffer[];
}

interface Known {
  /** Undefined for a moment after a goodbye. */
  node: Node | undefined;
  secondsLeft: number;
  settling: number;
  /** The last round of questions that it answered; 0 for none. */
  answered: number;
}

/** @param onCrowd Told of each node or service that is one too many. */
export function createBrowser(
  domain: string,
  table: NodeTable,
  onCrowd: (reason: string) => void,
): Browser {
  /** The last heard of comes last. */
  const known = new Map<string, Known>();
  const asked = new Set<string>();
  let raised = 0;
  let round = 1;
  let second = 0;
  let nextRound = 0;

  const ask = (): Buffer[] => {
    round++;
    raised = 0;
    // RFC 6762, 5.2: the first pauses grow, from one second.
    nextRound = second + Math.min(second + 1, longestPauseSeconds);
    const services = [...known.values()].flatMap(({ node }) => (node ? [node.service] : []));
    asked.clear();
    for (const service of services) asked.add(service);
    const names = [serviceName(domain), ...[...asked].map((s) => serviceName(domain, s))];
    const queries: Buffer[] = [];
    for (let i = 0; i < names.length; i += namesPerQuery)
      queries.push(encodeQuery(names.slice(i, i + namesPerQuery)));
    return queries;
  };
  const learn = (name: string, node: Node | undefined, ttl: number, to: 'all' | 'us'): void => {
    const before = known.get(name);
    const settling = to === 'all' ? settlingSeconds : (before?.settling ?? 0);
    if (to === 'us' && settling > 0 && !(before?.node && node && sameNode(before.node, node)))
      return;
    if (!before && known.size >= maxNodes && !makeRoom(name)) return;
    if (before?.node && before.node.service !== node?.service) table.delete(before.node);
    known.delete(name);
    known.set(name, {
      node,
      secondsLeft: node ? Math.min(ttl, maxSilenceSeconds) : settlingSeconds,
      settling,
      answered: to === 'us' ? round : (before?.answered ?? 0),
    });
    if (node) table.set(node);
  };
  const forget = (name: string, { node }: Known): void => {
    known.delete(name);
    if (node) table.delete(node);
  };
  /**
   * Drops the oldest for a new one: who was heard of the longest ago and answered neither this round
   * nor the last. Who lives does answer, so a crowd of made-up names drives out its own.
   */
  const makeRoom = (newcomer: string): boolean => {
    const crowd = `expected at most ${maxNodes} nodes, got ${newcomer} on top`;
    for (const [name, entry] of known) {
      if (entry.answered >= round - 1) continue;
      onCrowd(`${crowd}: dropped ${name}`);
      forget(name, entry);
      return true;
    }
    onCrowd(`${crowd}: left it out, all others answer`);
    return false;
  };

  return {
    ask,
    hear({ services, records }, to) {
      for (const { name, node, ttl } of records) learn(name, node, ttl, to);
      const questions: Buffer[] = [];
      for (const service of services) {
        if (asked.has(service)) continue;
        if (raised >= maxServices) {
          onCrowd(`expected at most ${maxServices} new services a round, got ${service} on top`);
          break;
        }
        raised++;
        asked.add(service);
        questions.push(encodeQuery([serviceName(domain, service)]));
      }
      return questions;
    },
    tick(lost = false) {
      second++;
      if (lost) return ask();
      let dying = false;
      for (const [name, entry] of known) {
        entry.settling--;
        if (--entry.secondsLeft <= 0) forget(name, entry);
        else if (entry.node && entry.secondsLeft <= dyingSeconds) dying = true;
      }
      return dying || second >= nextRound ? ask() : [];
    },
  };
}
