import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** An authority that certifies what a test wants, lies included. */
export interface TestAuthority {
  /** Its own certificate, in PEM. */
  readonly certificate: string;
  /** Makes a new key, and certifies it. */
  issue(wishes?: CertificateWishes): Certified;
}

export interface CertificateWishes {
  /** DNS names. */
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  /** Milliseconds from now at which it begins. @default an hour ago */
  readonly fromMs?: number;
  /** Milliseconds from now at which it ends. @default in an hour */
  readonly toMs?: number;
}

/** Both in PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

const hourMs = 3_600_000;

export function createTestAuthority(name = 'a test'): TestAuthority {
  const keys = newKeys();
  const whole = { issuer: name, signer: keys.privateKey, fromMs: -hourMs, toMs: hourMs };
  const certificate = certify({
    ...whole,
    subject: name,
    key: keys.publicKey,
    extension: extension(oid.basicConstraints, sequence(der(tag.boolean, Buffer.of(0xff)))),
  });
  return {
    certificate,
    issue({ dns = [], uris = [], fromMs = -hourMs, toMs = hourMs } = {}) {
      const { publicKey, privateKey } = newKeys();
      const names = [
        ...dns.map((dnsName) => der(tag.dnsName, Buffer.from(dnsName))),
        ...uris.map((uri) => der(tag.uri, Buffer.from(uri))),
      ];
      const of = { subject: 'a node', key: publicKey, fromMs, toMs };
      return {
        certificate: certify({
          ...whole,
          ...of,
          extension: extension(oid.subjectAltName, sequence(...names)),
        }),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface CertificateParts {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly key: KeyObject;
  readonly fromMs: number;
  readonly toMs: number;
  readonly extension: Buffer;
}

/** A certificate of version 3 as RFC 5280 has it, in section 4.1. */
function certify(parts: CertificateParts): string {
  const algorithm = sequence(der(tag.oid, oid.ecdsaWithSha256));
  const body = sequence(
    der(tag.version, der(tag.integer, Buffer.of(2))),
    der(tag.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    nameOf(parts.issuer),
    sequence(timeOf(parts.fromMs), timeOf(parts.toMs)),
    nameOf(parts.subject),
    parts.key.export({ type: 'spki', format: 'der' }),
    der(tag.extensions, sequence(parts.extension)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, parts.signer)]);
  const whole = sequence(body, algorithm, der(tag.bitString, signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Buffer {
  const name = der(tag.utf8String, Buffer.from(commonName));
  return sequence(der(tag.set, sequence(der(tag.oid, oid.commonName), name)));
}

/** `261125134500Z` */
function timeOf(fromNowMs: number): Buffer {
  const digits = new Date(Date.now() + fromNowMs).toISOString().replace(/\D/g, '');
  return der(tag.utcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(der(tag.oid, id), der(tag.octetString, value));
}

/** Object identifiers, encoded. */
const oid = {
  ecdsaWithSha256: Buffer.from('2a8648ce3d040302', 'hex'),
  commonName: Buffer.from('550403', 'hex'),
  subjectAltName: Buffer.from('551d11', 'hex'),
  basicConstraints: Buffer.from('551d13', 'hex'),
} as const;

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  uri: 0x86,
  version: 0xa0,
  extensions: 0xa3,
} as const;

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tag.sequence, Buffer.concat(parts));
}

/** Tag, length, content, as X.690 has it. */
function der(tagNumber: number, content: Buffer): Buffer {
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const size = length < 0x80 ? [length] : long;
  return Buffer.concat([Buffer.of(tagNumber, ...size), content]);
}
