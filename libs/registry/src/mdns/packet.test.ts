import { hostname } from 'node:os';
import { deflateSync } from 'node:zlib';
import dns from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { Endpoint, Node } from '../registry.ts';
import {
  checkEncodable,
  encodeAnnouncement,
  encodeListAnswer,
  encodeNodeAnswer,
  encodeQuery,
} from './encode.ts';
import fixture from './fixtures/mdns-go-micro.json' with { type: 'json' };
import { nodeName } from './name.ts';
import { parseMessage } from './parse.ts';
import { encodeTxt, parseTxt } from './txt.ts';

/** As the Go program registered it. */
const node: Node = {
  id: 'go.micro.srv.greeter-5b1c1bd5-1f0e-4d6c-9f2a-3c8f5f6b7a10',
  service: 'go.micro.srv.greeter',
  version: 'latest',
  address: '127.0.0.1:9090',
  metadata: {
    broker: 'http',
    protocol: 'grpc',
    registry: 'mdns',
    server: 'grpc',
    transport: 'grpc',
  },
  endpoints: [
    {
      name: 'Say.Hello',
      request: message('Request', 'name'),
      response: message('Response', 'msg'),
      metadata: { stream: 'false' },
    },
  ],
};
const name = nodeName('micro', node);

function message(type: string, field: string): Endpoint['request'] {
  return { name: type, type, values: [{ name: field, type: 'string', values: [] }] };
}

describe('what go-micro 1.18 sends', () => {
  const parse = (packet: string) => parseMessage('micro', Buffer.from(packet, 'hex'));

  test('is read as the node it registered', () => {
    const said = { type: 'response', services: [], records: [{ name, ttl: 120, node }] };
    expect(parse(fixture.announcement)).toEqual(said);
    expect(parse(fixture.nodeAnswer)).toEqual(said);
  });

  test('is read as a goodbye', () => {
    expect(parse(fixture.goodbye)).toEqual({
      type: 'response',
      services: [],
      records: [{ name, ttl: 0 }],
    });
  });

  test('is read as the list of services', () => {
    expect(parse(fixture.listAnswer)).toEqual({
      type: 'response',
      services: ['go.micro.srv.greeter'],
      records: [],
    });
  });

  test('is read as questions', () => {
    expect(parse(fixture.getServiceQuery)).toMatchObject({ names: ['go.micro.srv.greeter.micro'] });
    expect(parse(fixture.listServicesQuery)).toMatchObject({ names: ['_services.micro'] });
    expect(parse(fixture.probe)).toMatchObject({ type: 'query', names: [name] });
  });

  test.each([
    ['announcement', encodeAnnouncement('micro', node, 120)],
    ['goodbye', encodeAnnouncement('micro', node, 0)],
    ['nodeAnswer', encodeNodeAnswer('micro', node, 120)],
    ['listAnswer', encodeListAnswer('micro', node.service, 120)],
    ['getServiceQuery', encodeQuery(['go.micro.srv.greeter.micro'])],
  ] as const)('is what we send: %s', (kind, ours) => {
    const theirs = Buffer.from(fixture[kind], 'hex');
    expect(comparable(ours, hostname())).toEqual(comparable(theirs, 'laptop'));
  });
});

/** All but the number of a question, the host's name and the way the compressor took. */
function comparable(packet: Buffer, host: string): unknown {
  const { questions = [], answers = [], ...header } = dns.decode(packet);
  return {
    header: { ...header, id: 0 },
    questions,
    answers: answers.map((answer) => {
      if (answer.type === 'TXT') {
        const strings = answer.data as Buffer[];
        const lengths = strings.slice(0, -1).map((s) => s.length);
        return { ...answer, data: strings.length > 0 && [lengths, parseTxt(strings)] };
      }
      return JSON.parse(JSON.stringify(answer).replaceAll(`"${host}"`, '"the host"'));
    }),
  };
}

test('reads a packet of 1000 endpoints and an IPv6 address back', () => {
  const endpoints = Array.from({ length: 1_000 }, (_, i) => ({
    ...node.endpoints[0]!,
    name: `Say.Hello${i}`,
  }));
  const big = { ...node, address: '[::1]:9090', endpoints };
  checkEncodable('micro', big);
  expect(parseMessage('micro', encodeAnnouncement('micro', big, 10))).toEqual({
    type: 'response',
    services: [],
    records: [{ name, ttl: 10, node: big }],
  });
});

test('does not hear what is said in other domains', () => {
  expect(parseMessage('micro', encodeAnnouncement('local', node, 10))).toEqual({
    type: 'response',
    services: [],
    records: [],
  });
});

test.each([
  ['a host name', { address: 'localhost:1' }, /expected an IP address for go.*10, got "localhost"/],
  ['a link-local zone', { address: '[fe80::1%lo]:1' }, /expected an IP address/],
  [
    'the name of the list',
    { service: '_services' },
    /expected another service name than that of the list, _services/,
  ],
  ['an empty part of a name', { service: 'a..b' }, /expected a DNS name .*, got ".*a\.\.b/],
  ['a part of a name above 63 bytes', { id: 'ä'.repeat(32) }, /parts of 1 to 63 bytes/],
  ['a name above 255 bytes', { id: `${'abc.'.repeat(60)}d` }, /255 in all/],
  ['a line break', { id: 'a\n.b' }, /no control characters/],
  [
    'more than a datagram',
    { metadata: { text: randomText(40_000) } },
    /expected the record of go.* to fit a datagram of 65507 bytes, got \d+; register fewer endpoints/,
  ],
  [
    'what nobody reads back',
    { metadata: { text: 'a'.repeat(300_000) } },
    /expected a record of go.* that others read, got: .*larger than 262144 bytes/,
  ],
] as const)('refuses to register %s', (_, changes, message) => {
  expect(() => checkEncodable('micro', { ...node, ...changes })).toThrow(message);
});

/** Text that does not compress. */
function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');
}

const txt = (json: unknown) => [
  Buffer.from(deflateSync(JSON.stringify(json)).toString('hex').slice(0, 255)),
];
const srv = { type: 'SRV', name, ttl: 10, data: { port: 1, target: 'h' } } as const;
const host = { type: 'A', name: 'h', ttl: 10, data: '127.0.0.1' } as const;
const hostile = (data: Buffer[], more: dns.Answer[] = []) =>
  dns.encode({ type: 'response', answers: [srv, host, { type: 'TXT', name, data }, ...more] });

test.each([
  ['a stump', Buffer.from('abc'), /expected a DNS packet, got 3 bytes/],
  ['noise', Buffer.alloc(64, 0xc0), /expected at most 200 records in a packet, got 197376/],
  [
    'a pointer to itself',
    Buffer.from('000084000000000100000000c00c', 'hex'),
    /Cannot decode name \(bad pointer\)/,
  ],
  [
    'thousands of records',
    hostile([], Array(5_000).fill(host)),
    /expected at most 200 records in a packet, got 5003/,
  ],
  ['many nodes', hostile([], Array(20).fill(srv)), /expected at most 10 nodes in a packet, got 21/],
  ['what is not hex', hostile([Buffer.from('xyz')]), /expected the TXT record in hex, got "xyz"/],
  ['half a byte', hostile([Buffer.from('789')]), /in hex/],
  ['what is not compressed', hostile([Buffer.from('7b7d')]), /incorrect header check/],
  ['what ends early', hostile([Buffer.from('789c')]), /unexpected end of file/],
  ['a bomb', hostile(bomb(10_000_000)), /Cannot create a Buffer larger than 262144 bytes/],
  [
    'a name that is not text',
    garbled({ type: 'response', answers: [{ ...srv, name: `${'x'.repeat(63)}._services.micro` }] }),
    /expected a DNS name/,
  ],
  ['a list', hostile(txt([])), /expected the TXT record to name its Service/],
  ['null', hostile(txt(null)), /expected the TXT record to be an object, got null/],
  [
    'another service',
    hostile(txt({ Service: 'other' })),
    /expected a name ending in \.other\.micro/,
  ],
  ['wrong endpoints', hostile(txt({ Service: node.service, Endpoints: {} })), /expected endpoints/],
  ['wrong metadata', hostile(txt({ Service: node.service, Metadata: { a: 1 } })), /metadata a/],
  [
    'no port',
    dns.encode({
      type: 'response',
      answers: [
        { ...srv, data: { port: 0, target: 'h' } },
        host,
        { type: 'TXT', name, data: encodeTxt(node) },
      ],
    }),
    /expected a port/,
  ],
])('says what is wrong with %s', (_, packet, message) => {
  expect(() => parseMessage('micro', packet)).toThrow(message);
});

/** Bytes for which no text stands, in place of every x. */
function garbled(packet: dns.Packet): Buffer {
  return Buffer.from(dns.encode(packet).map((byte) => (byte === 0x78 ? 0xff : byte)));
}

function bomb(bytes: number): Buffer[] {
  const hex = Buffer.from(deflateSync(Buffer.alloc(bytes)).toString('hex'));
  return hex
    .toString()
    .match(/.{1,255}/g)!
    .map((part) => Buffer.from(part));
}

test('reads or refuses any packet with a byte changed, and never hangs', () => {
  const packet = Buffer.from(fixture.nodeAnswer, 'hex');
  let read = 0;
  for (let at = 0; at < packet.length; at++)
    for (const flip of [0x01, 0x80, 0xff]) {
      const changed = Buffer.from(packet);
      changed[at]! ^= flip;
      try {
        parseMessage('micro', changed);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  expect(read).toBeGreaterThan(0);
});
