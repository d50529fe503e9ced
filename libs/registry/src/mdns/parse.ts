import dns from 'dns-packet';
import { joinAddress, splitAddress } from '../node.ts';
import type { Node } from '../registry.ts';
import { checkName, listedService, serviceName } from './name.ts';
import { isOwnAddress } from './own-address.ts';
import { parseTxt } from './txt.ts';

/** go-micro puts 5 records in a packet. One that claims more than this is not read at all. */
const maxRecords = 200;
const maxNodes = 10;

/** A node as it is on the wire. */
export interface NodeRecord {
  /** `nodeName(…)` */
  readonly name: string;
  /** How long it holds without being said again, in seconds; 0 takes it back. */
  readonly ttl: number;
  /** Undefined where it is taken back. */
  readonly node?: Node;
}

/** What a packet asks, or what it says of a domain. */
export type Message =
  | { readonly type: 'query'; readonly names: readonly string[] }
  | {
      readonly type: 'response';
      readonly services: readonly string[];
      readonly records: readonly NodeRecord[];
    };

/** Whether a packet says something, or asks. */
export function isResponse(packet: Buffer): boolean {
  return ((packet[2] ?? 0) & 0x80) !== 0;
}

/**
 * Reads a packet as far as it concerns the domain.
 *
 * @throws an error saying what is wrong. It comes from a stranger.
 */
export function parseMessage(domain: string, packet: Buffer): Message {
  if (packet.length < 12) throw new TypeError(`expected a DNS packet, got ${packet.length} bytes`);
  const counts = [4, 6, 8, 10].map((offset) => packet.readUInt16BE(offset));
  const count = counts.reduce((sum, n) => sum + n);
  if (count > maxRecords)
    throw new TypeError(`expected at most ${maxRecords} records in a packet, got ${count}`);
  const { type, questions = [], answers = [], additionals = [] } = dns.decode(packet);
  if (type === 'query') return { type, names: questions.map(({ name }) => name) };
  const all = [...answers, ...additionals];
  const described = all.flatMap((record) =>
    record.type === 'SRV' && record.name.endsWith(`.${domain}`) ? [record] : [],
  );
  if (described.length > maxNodes)
    throw new TypeError(`expected at most ${maxNodes} nodes in a packet, got ${described.length}`);
  for (const { name } of described) checkName(name);
  return {
    type: 'response',
    services: described.flatMap(({ name }) => listedService(domain, name) ?? []),
    records: described.flatMap((srv) =>
      listedService(domain, srv.name) === undefined ? (parseNode(domain, srv, all) ?? []) : [],
    ),
  };
}

/** Undefined where records are missing: go-micro would ask for them, and gets no answer. */
function parseNode(
  domain: string,
  { name, ttl = 0, data: { port, target } }: dns.SrvAnswer,
  all: readonly dns.Answer[],
): NodeRecord | undefined {
  if (ttl === 0) return { name, ttl };
  const txt = all.find((answer) => answer.type === 'TXT' && answer.name === name);
  const host = all.find(({ type, name }) => (type === 'A' || type === 'AAAA') && name === target);
  if (txt?.type !== 'TXT' || (host?.type !== 'A' && host?.type !== 'AAAA')) return undefined;
  if (!isOwnAddress(host.data))
    throw new TypeError(`expected an address of this machine for ${name}, got ${host.data}`);
  const content = parseTxt(txt.data as Buffer[]);
  const suffix = `.${serviceName(domain, content.service)}`;
  const id = name.slice(0, -suffix.length);
  if (id === '' || !name.endsWith(suffix))
    throw new TypeError(`expected a name ending in ${suffix}, got ${JSON.stringify(name)}`);
  const address = joinAddress(host.data, port);
  if (!splitAddress(address)) throw new TypeError(`expected a port for ${name}, got ${port}`);
  return { name, ttl, node: { id, ...content, address } };
}
