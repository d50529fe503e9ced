import { networkInterfaces } from 'node:os';
import { deflateSync } from 'node:zlib';
import dns from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { checkEncodable, encodeAnnouncement } from './encode.ts';
import { parseMessage } from './parse.ts';
import { createResponder } from './responder.ts';
import { createMdnsTrial, node, ownPort, record, shows } from './trial.ts';
import { encodeTxt, type TxtContent } from './txt.ts';

const trial = createMdnsTrial();
afterEach(trial.close);

interface Forgery {
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
  readonly txt?: readonly Buffer[];
}

/** An announcement of `node`, but for what is forged. */
function forge({ name = 'a-1.a.micro', host = '127.0.0.1', port = 1, txt }: Forgery): Buffer {
  const type = host.includes(':') ? 'AAAA' : 'A';
  return dns.encode({
    type: 'response',
    answers: [
      { type: 'SRV', name, ttl: 10, data: { port, target: 'host' } },
      { type, name: 'host', ttl: 10, data: host },
      { type: 'TXT', name, ttl: 10, data: [...(txt ?? encodeTxt(node))] },
    ],
  });
}

const cut = (hex: string): Buffer[] =>
  (hex.match(/.{1,255}/gs) ?? []).map((part) => Buffer.from(part));
const txt = (json: string): Buffer[] => cut(deflateSync(json).toString('hex'));

/** Within the limit when inflated, and 20 000 levels deep. */
const deep = `{"Service":"a","Metadata":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`;

const forgeries: [what: string, packet: Buffer, complaint: RegExp | undefined][] = [
  ['a name of another service', forge({ name: 'a-1.b.micro' }), /name ending in \.a\.micro, got/],
  ['no id', forge({ name: 'a.micro' }), /expected a name ending in \.a\.micro, got "a\.micro"/],
  [
    'the TXT record of another service',
    forge({ txt: encodeTxt({ ...node, service: 'b' }) }),
    /expected a name ending in \.b\.micro, got "a-1\.a\.micro"/,
  ],
  ['no service', forge({ txt: txt('{"Service":""}') }), /TXT record to name its Service/],
  ['the address of a neighbour', forge({ host: '198.51.100.7' }), /an address of this machine for/],
  ['the address of a cloud’s metadata', forge({ host: '169.254.169.254' }), /of this machine/],
  [
    'a neighbour by IPv6',
    forge({ host: '2001:db8::7' }),
    /this machine for a-1\.a\.micro, got 2001/,
  ],
  ['a multicast address', forge({ host: '224.0.0.251' }), /an address of this machine/],
  ['port 0', forge({ port: 0 }), /expected a port for a-1\.a\.micro, got 0/],
  ['a TXT record of 9 KB of nothing', forge({ txt: Array(36).fill(Buffer.alloc(255)) }), /in hex/],
  [
    'a bomb of 10 MB',
    forge({ txt: cut(deflateSync(Buffer.alloc(1e7)).toString('hex')) }),
    /262144/,
  ],
  ['20 000 objects in one another', forge({ txt: txt(deep) }), /metadata a|call stack/],
  ['64 KB', forge({ txt: Array(254).fill(Buffer.alloc(255, 'f')) }), /incorrect header check/],
  ['a loop of one', loop('c00c'), /bad pointer/],
  ['a loop of two', loop('c00ec00c'), /bad pointer/],
  ['a loop by way of a label', loop('0161c00c'), /bad pointer/],
  ['a pointer past the end', loop('ffff'), /bad pointer/],
  [
    'a SRV record without TXT and address',
    dns.encode({
      type: 'response',
      answers: [{ type: 'SRV', name: 'a-1.a.micro', ttl: 10, data: { port: 1, target: 'host' } }],
    }),
    undefined,
  ],
  ['another domain', forge({ name: 'a-1.a.local' }), undefined],
];

/** An answer whose name begins with these bytes, at offset 12. */
function loop(hex: string): Buffer {
  return Buffer.from(`000084000000000100000000${hex}0021000100000078000700000000000100`, 'hex');
}

describe('R36: a forged answer', () => {
  test.each(forgeries)('with %s is left out', (_, packet, complaint) => {
    if (complaint) expect(() => parseMessage('micro', packet)).toThrow(complaint);
    else
      expect(parseMessage('micro', packet)).toEqual({
        type: 'response',
        services: [],
        records: [],
      });
  });

  test.each([
    'a\0.a.micro',
    'x\n1.a.micro',
    `${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(55)}.a.micro`,
  ])('with a name that is none is left out (%#)', (name) => {
    expect(() => parseMessage('micro', forge({ name }))).toThrow(/expected a DNS name|too long/);
  });

  test('is complained of once, whatever comes, and hides nobody', async () => {
    const port = ownPort();
    const problems: string[] = [];
    const reader = trial.registry({ port, onProblem: (p) => problems.push(p.message) });
    const view = reader.watch();
    await view.synced;
    const changes = record(view);
    const stranger = await trial.socket();
    const send = (packet: Buffer) =>
      new Promise((sent) => stranger.send(packet, port, '224.0.0.251', sent));
    for (const [, packet] of forgeries) await send(packet);
    await send(encodeAnnouncement('micro', node, 10));
    await shows(view, 1);
    expect(changes).toEqual(['added a-1 127.0.0.1:1']);
    expect(problems).toEqual([
      expect.stringMatching(/^dropped a packet from port \d+ of this mach/),
    ]);
  });
});

test('R36: __proto__ and constructor are names like others and change nothing else', () => {
  for (const word of ['__proto__', 'constructor', 'toString']) {
    const metadata = JSON.parse(`{ "${word}": "x" }`);
    const said = { ...node, id: word, service: word, version: word, metadata };
    const message = parseMessage('micro', encodeAnnouncement('micro', said, 10));
    expect(message).toMatchObject({ records: [{ node: { id: word, service: word } }] });
    const [record] = message.type === 'response' ? message.records : [];
    expect(Object.entries(record?.node?.metadata ?? {})).toEqual([[word, 'x']]);
    expect(Object.getPrototypeOf(record?.node?.metadata)).toBe(Object.prototype);
  }
  const hostile = `{ "Service": "a", "__proto__": { "Version": "9" }, "Metadata":
    { "__proto__": { "polluted": "yes" } } }`;
  expect(() => parseMessage('micro', forge({ txt: txt(hostile) }))).toThrow(/metadata __proto__/);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('R36: refuses to register a port of 70000; a record has no room to say it', () => {
  const far = { ...node, address: '127.0.0.1:70000' };
  expect(() => createResponder('micro').register(far)).toThrow(
    'with a port from 1 to 65535, got "127.0.0.1:70000"',
  );
});

test('R36: takes the addresses of this machine, and refuses to register others', () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address } of [...own, { address: '127.8.9.10' }, { address: '0.0.0.0' }])
    expect(parseMessage('micro', forge({ host: address }))).toMatchObject({
      records: [{ node: { id: 'a-1' } }],
    });
  expect(() => checkEncodable('micro', { ...node, address: '198.51.100.7:1' })).toThrow(
    'expected an address of this machine for a-1, got 198.51.100.7; nobody beyond it hears mdns, choose another registry for one that is elsewhere',
  );
});

test('B63: a TXT record of 9 KB of a service that has so much to say is read', () => {
  const big: TxtContent = { ...node, metadata: { text: randomText(6_000) } };
  const bytes = encodeTxt(big).reduce((sum, part) => sum + part.length, 0);
  expect(bytes).toBeGreaterThan(9_000);
  expect(parseMessage('micro', forge({ txt: encodeTxt(big) }))).toMatchObject({
    records: [{ node: { metadata: big.metadata } }],
  });
});

/** Text that hardly compresses. */
function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');
}
