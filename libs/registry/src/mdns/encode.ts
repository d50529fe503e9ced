import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import dns from 'dns-packet';
import { splitAddress } from '../node.ts';
import type { Node } from '../registry.ts';
import { checkName, listedName, nodeName, serviceName } from './name.ts';
import { isOwnAddress } from './own-address.ts';
import { encodeTxt, parseTxt } from './txt.ts';

/** The most an IPv4 datagram carries. */
const maxPacketBytes = 65_507;

/** Asks who is behind the names: `serviceName(…)` of each. */
export function encodeQuery(names: readonly string[]): Buffer {
  return dns.encode({ type: 'query', questions: names.map((name) => ({ type: 'PTR', name })) });
}

/** Says of its own accord that a node is there, or with `ttl` 0 that it goes. */
export function encodeAnnouncement(domain: string, node: Node, ttl: number): Buffer {
  return dns.encode({ type: 'response', answers: nodeAnswers(domain, node, ttl) });
}

/** Answers who is behind a service. One node a packet: go-micro's reader takes only the last. */
export function encodeNodeAnswer(domain: string, node: Node, ttl: number): Buffer {
  return encodeAnswer(pointedAnswers(domain, node, ttl));
}

/** Answers which services there are. go-micro makes the list of services on port 9999 of 0.0.0.0. */
export function encodeListAnswer(domain: string, service: string, ttl: number): Buffer {
  const name = listedName(domain, service);
  return encodeAnswer([
    { type: 'PTR', name: serviceName(domain), ttl, data: name },
    ...hostAnswers(name, '0.0.0.0', 9999, ttl),
    { type: 'TXT', name, ttl, data: [] },
  ]);
}

/** @throws TypeError if go-micro's format can't carry the node. */
export function checkEncodable(domain: string, node: Node): void {
  const { host = '' } = splitAddress(node.address) ?? {};
  if (!isIPv4(host) && (!isIPv6(host) || host.includes('%')))
    throw new TypeError(`expected an IP address for ${node.id}, got ${JSON.stringify(host)}`);
  if (!isOwnAddress(host))
    throw new TypeError(
      `expected an address of this machine for ${node.id}, got ${host}; nobody beyond it hears mdns, choose another registry for one that is elsewhere`,
    );
  if (serviceName(domain, node.service) === serviceName(domain))
    throw new TypeError(`expected another service name than that of the list, ${node.service}`);
  for (const name of [nodeName(domain, node), listedName(domain, node.service), hostname()])
    checkName(name);
  const bytes = dns.encodingLength({ answers: pointedAnswers(domain, node, 0) });
  if (bytes > maxPacketBytes)
    throw new TypeError(
      `expected the record of ${node.id} to fit a datagram of ${maxPacketBytes} bytes, got ${bytes}; register fewer endpoints or less metadata`,
    );
  try {
    parseTxt(encodeTxt(node));
  } catch (cause) {
    throw new TypeError(`expected a record of ${node.id} that others read, got: ${cause}`, {
      cause,
    });
  }
}

function encodeAnswer(answers: dns.Answer[]): Buffer {
  return dns.encode({ type: 'response', flags: dns.AUTHORITATIVE_ANSWER, answers });
}

function pointedAnswers(domain: string, node: Node, ttl: number): dns.Answer[] {
  const name = serviceName(domain, node.service);
  const pointer = { type: 'PTR', name, ttl, data: nodeName(domain, node) } as const;
  return [pointer, ...nodeAnswers(domain, node, ttl)];
}

function nodeAnswers(domain: string, node: Node, ttl: number): dns.Answer[] {
  const name = nodeName(domain, node);
  const { host = '', port = 0 } = splitAddress(node.address) ?? {};
  return [...hostAnswers(name, host, port, ttl), { type: 'TXT', name, ttl, data: encodeTxt(node) }];
}

function hostAnswers(name: string, host: string, port: number, ttl: number): dns.Answer[] {
  const target = hostname();
  return [
    { type: 'SRV', name, ttl, data: { priority: 10, weight: 1, port, target } },
    { type: isIPv4(host) ? 'A' : 'AAAA', name: target, ttl, data: host },
  ];
}
