import { networkInterfaces } from 'node:os';
import { deflateSync } from 'node:zlib';
import dns from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitAddress } from '../node.ts';
import { createNodeTable } from '../node-table.ts';
import { createBrowser } from './browser.ts';
import { encodeAnnouncement, encodeListAnswer, encodeNodeAnswer } from './encode.ts';
import fixture from './fixtures/mdns-go-micro.json' with { type: 'json' };
import { type Message, parseMessage } from './parse.ts';
import { createResponder } from './responder.ts';
import { node } from './trial.ts';

const { sender, ...packets } = fixture;
const said = [
  ...Object.values(packets).map((packet) => Buffer.from(packet, 'hex')),
  encodeAnnouncement('micro', node, 10),
  encodeAnnouncement('micro', node, 0),
  encodeNodeAnswer('micro', { ...node, address: '[::1]:9090', metadata: { zone: 'b' } }, 10),
  encodeListAnswer('micro', 'a', 10),
];

const word = fc.constantFrom(
  'a',
  'a-1',
  'micro',
  '_services',
  '__proto__',
  'constructor',
  'x'.repeat(63),
);
const name = fc.oneof(
  fc.constantFrom('a-1.a.micro', 'a._services.micro', 'a.micro', 'host'),
  fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('.')),
);
const host = fc.oneof(
  fc.constantFrom('127.0.0.1', '0.0.0.0', '169.254.169.254', '255.255.255.255', '224.0.0.251'),
  fc.ipV4(),
);
const content = fc.oneof(
  fc.record(
    {
      Service: fc.oneof(word, fc.anything()),
      Version: fc.oneof(fc.string(), fc.anything()),
      Metadata: fc.oneof(fc.dictionary(fc.oneof(word, fc.string()), fc.string()), fc.anything()),
      Endpoints: fc.oneof(fc.constant(null), fc.array(fc.anything())),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);
const ttl = fc.constantFrom(0, 1, 10, 120, 2 ** 31 - 1);
const txt = content.map((json) => {
  const hex = deflateSync(stringify(json)).toString('hex');
  return (hex.match(/.{1,255}/g) ?? []).map((part) => Buffer.from(part));
});

/** Records such as a node is made of, with one or the other thing wrong. */
const made = fc
  .record({ name, other: name, ttl, host, port: fc.nat(65_535), txt, whole: fc.boolean() })
  .map(({ name, other, ttl, host, port, txt, whole }) =>
    dns.encode({
      type: 'response',
      answers: [
        { type: 'PTR', name: other, ttl, data: name },
        { type: 'SRV', name, ttl, data: { port, target: 'host' } },
        { type: 'A', name: 'host', ttl, data: host },
        { type: 'TXT', name: whole ? name : other, ttl, data: txt },
      ],
    }),
  );

const changed = fc
  .tuple(
    fc.oneof(fc.constantFrom(...said), made),
    fc.array(fc.tuple(fc.nat(), fc.nat(5), fc.uint8Array({ minLength: 1, maxLength: 8 })), {
      maxLength: 3,
    }),
  )
  .map(([packet, changes]) => changes.reduce(change, packet));

/** Cuts, doubles, inserts or overwrites at a place, one in three times in the header. */
function change(packet: Buffer, [place, kind, bytes]: [number, number, Uint8Array]): Buffer {
  const at = place % (kind > 3 ? 12 : Math.max(packet.length, 1));
  const [before, after] = [packet.subarray(0, at), packet.subarray(at)];
  switch (kind) {
    case 0:
      return Buffer.concat([before, after.subarray(bytes.length)]);
    case 1:
      return Buffer.concat([before, after.subarray(0, 40), after]);
    case 2:
      return Buffer.concat([before, bytes, after]);
    case 3:
      return before;
    default:
      return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
  }
}

function stringify(json: unknown): string {
  try {
    return JSON.stringify(json) ?? 'undefined';
  } catch {
    return '{'; // A bigint, or what contains itself.
  }
}

const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));

test('R36: of 10 000 random packets none throws, and none lists what is not on this machine', () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const here = new Set(['0.0.0.0', '::', '::1', ...own.map(({ address }) => address)]);
  const table = createNodeTable();
  const listed: string[] = [];
  table.view().subscribe(({ type, node }) => type === 'removed' || listed.push(node.address));
  const browser = createBrowser('micro', table, () => {});
  const responder = createResponder('micro');
  responder.register(node);
  browser.ask();

  const read = (packet: Buffer): Message | undefined => {
    try {
      return parseMessage('micro', packet);
    } catch (error) {
      expect(error).toBeInstanceOf(Error); // It is said and dropped.
      return undefined;
    }
  };
  const packet = fc.oneof({ arbitrary: changed, weight: 6 }, made, noise);
  const seen = { query: 0, response: 0, refused: 0, listed: 0 };
  let second = 0;
  fc.assert(
    fc.property(packet, fc.constantFrom('all', 'us'), (packet, to) => {
      const message = read(packet);
      seen[message?.type ?? 'refused']++;
      if (message?.type === 'query') responder.answer(message);
      if (message?.type === 'response') browser.hear(message, to);
      if (++second % 20 === 0) browser.tick();
      for (const address of listed.splice(0)) {
        seen.listed++;
        const { host = '', port = 0 } = splitAddress(address) ?? {};
        expect(port).toBeGreaterThan(0);
        expect(here.has(host) || host.startsWith('127.'), host).toBe(true);
      }
    }),
    { seed: 36, numRuns: 10_000 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});
