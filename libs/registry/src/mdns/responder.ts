import { checkNode } from '../node.ts';
import type { Node } from '../registry.ts';
import {
  checkEncodable,
  encodeAnnouncement,
  encodeListAnswer,
  encodeNodeAnswer,
} from './encode.ts';
import { nodeName, serviceName } from './name.ts';
import type { Message } from './parse.ts';

/** Of a record whose registration has none. Those who listen ask every 4 s: two answers may get lost. */
const defaultTtlSeconds = 10;
/** DNS counts whole seconds, and so do those who listen: shorter ones would flicker. */
const minTtlSeconds = 2;
/** RFC 2181, 8. */
const maxTtlSeconds = 2 ** 31 - 1;

/** What this process says of its own nodes: packets to send, no socket of its own. */
export interface Responder {
  /**
   * Takes a node up for `ttlMs`, or for good, and announces it.
   *
   * @throws TypeError if it can't be said.
   */
  register(node: Node, ttlMs?: number): Buffer;
  has(node: Pick<Node, 'service' | 'id'>): boolean;
  /** Says goodbye; undefined if the node is not ours. */
  deregister(node: Pick<Node, 'service' | 'id'>): Buffer | undefined;
  deregisterAll(): Buffer[];
  answer(query: Message & { type: 'query' }): Buffer[];
  announceAll(): Buffer[];
  /**
   * Once a second: announcements that are due again, and goodbyes of those whose time is up. Seconds
   * are counted in ticks: a process that was stopped could not repeat itself and loses nothing.
   */
  tick(): Buffer[];
}

interface Own {
  readonly node: Node;
  readonly announcement: Buffer;
  readonly answer: Buffer;
  /** The line of its service in the list of services. */
  readonly listing: Buffer;
  announced: number;
  secondsLeft: number;
}

export function createResponder(domain: string): Responder {
  const own = new Map<string, Own>();
  const goodbye = ({ node }: Own): Buffer => encodeAnnouncement(domain, node, 0);

  const answerName = (name: string): Buffer[] => {
    if (name === serviceName(domain))
      return [
        ...new Map([...own.values()].map((entry) => [entry.node.service, entry.listing])).values(),
      ];
    const asked = [...own.values()].filter(
      ({ node }) => name === serviceName(domain, node.service),
    );
    return asked.map(({ answer }) => answer);
  };

  return {
    register(node, ttlMs) {
      checkNode(node);
      checkEncodable(domain, node);
      const ttl = ttlMs === undefined ? defaultTtlSeconds : ttlSeconds(ttlMs);
      const announcement = encodeAnnouncement(domain, node, ttl);
      own.set(nodeName(domain, node), {
        node,
        announcement,
        answer: encodeNodeAnswer(domain, node, ttl),
        listing: encodeListAnswer(domain, node.service, ttl),
        announced: 1,
        secondsLeft: ttlMs === undefined ? Number.POSITIVE_INFINITY : ttl,
      });
      return announcement;
    },
    has: (node) => own.has(nodeName(domain, node)),
    deregister(node) {
      const entry = own.get(nodeName(domain, node));
      own.delete(nodeName(domain, node));
      return entry && goodbye(entry);
    },
    deregisterAll() {
      const goodbyes = [...own.values()].map(goodbye);
      own.clear();
      return goodbyes;
    },
    answer({ names }) {
      return [...new Set(names)].flatMap(answerName);
    },
    announceAll() {
      return [...own.values()].map(({ announcement }) => announcement);
    },
    tick() {
      const packets: Buffer[] = [];
      for (const [name, entry] of own) {
        // Below zero: it was taken up between two ticks, and gets its last second whole.
        if (--entry.secondsLeft < 0) {
          own.delete(name);
          packets.push(goodbye(entry));
        } else if (entry.announced++ === 1) packets.push(entry.announcement); // RFC 6762, 8.3: twice.
      }
      return packets;
    },
  };
}

function ttlSeconds(ttlMs: number): number {
  if (!(ttlMs > 0))
    throw new TypeError(`expected ttlMs to be a number above 0, got ${String(ttlMs)}`);
  return Math.min(Math.max(Math.ceil(ttlMs / 1_000), minTtlSeconds), maxTtlSeconds);
}
