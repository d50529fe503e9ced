import {
  checkEncodable,
  encodeAnnouncement,
  encodeListAnswer,
  encodeNodeAnswer,
} from './mdns-encode.ts';
import { nodeName, serviceName } from './mdns-name.ts';
import type { Message } from './mdns-parse.ts';
import { checkNode } from './node.ts';
import type { Node } from './registry.ts';

/** Those who listen ask every 4 s: two answers may get lost. */
const defaultTtlMs = 10_000;
/** DNS counts whole seconds, and so do those who listen: shorter ones would flicker. */
const minTtlSeconds = 2;
const maxTtlSeconds = 120;

/** What this process says of its own nodes: packets to send, no socket of its own. */
export interface Responder {
  /** Takes a node up and announces it. @throws TypeError if it can't be said. */
  register(node: Node, ttlMs?: number): Buffer;
  /** Says goodbye; undefined if the node is not ours. */
  deregister(node: Pick<Node, 'service' | 'id'>): Buffer | undefined;
  deregisterAll(): Buffer[];
  answer(query: Message & { type: 'query' }): Buffer[];
  announceAll(): Buffer[];
  /** Once a second: announcements that are due again. */
  tick(): Buffer[];
}

interface Own {
  readonly node: Node;
  readonly announcement: Buffer;
  readonly answer: Buffer;
  /** The line of its service in the list of services. */
  readonly listing: Buffer;
  announced: number;
}

export function createResponder(domain: string): Responder {
  const own = new Map<string, Own>();

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
    register(node, ttlMs = defaultTtlMs) {
      checkNode(node);
      checkEncodable(domain, node);
      if (!(ttlMs > 0))
        throw new TypeError(`expected ttlMs to be a number above 0, got ${String(ttlMs)}`);
      const ttl = Math.min(Math.max(Math.ceil(ttlMs / 1_000), minTtlSeconds), maxTtlSeconds);
      const announcement = encodeAnnouncement(domain, node, ttl);
      own.set(nodeName(domain, node), {
        node,
        announcement,
        answer: encodeNodeAnswer(domain, node, ttl),
        listing: encodeListAnswer(domain, node.service, ttl),
        announced: 1,
      });
      return announcement;
    },
    deregister(node) {
      const entry = own.get(nodeName(domain, node));
      own.delete(nodeName(domain, node));
      return entry && encodeAnnouncement(domain, entry.node, 0);
    },
    deregisterAll() {
      const goodbyes = [...own.values()].map(({ node }) => encodeAnnouncement(domain, node, 0));
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
      // RFC 6762, 8.3: at least two, a second apart.
      const due = [...own.values()].filter((entry) => entry.announced++ === 1);
      return due.map(({ announcement }) => announcement);
    },
  };
}
