import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { type Certified, createTestAuthority, createTlsFolder } from '@micro/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { Code } from './code.ts';
import { openTls, type TlsIdentity } from './tls-identity.ts';
import type { CallEnd, Connection, ConnectionState, Transport } from './transport.ts';

const path = '/a.Service/Method';
const service = 'go.micro.srv.a';
const limits = {
  maxRequestBytes: 100_000,
  maxResponseBytes: 100_000,
  maxStreams: 1_000,
  maxHeaderBytes: 16_384,
};
const authority = createTestAuthority();
const stranger = createTestAuthority('a stranger');
const node = (): Certified => authority.issue({ dns: [service] });
const caller = (): Certified => authority.issue({ dns: ['caller'] });

/** What every transport keeps of TLS. */
export function tlsContract(name: string, transport: Transport): void {
  describe(`${name} transport with TLS`, () => {
    const open: Array<() => unknown> = [];
    afterEach(async () => {
      for (const close of open.splice(0).reverse()) await close();
    });
    /** Who callers proved to be, call by call. */
    let heard: Array<readonly string[]> = [];

    const listen = async (tls: TlsIdentity | undefined): Promise<string> => {
      heard = [];
      const listener = transport.createListener({ limits, ...(tls && { tls }) });
      listener.answer(path, 'unary', (call) => {
        heard.push(call.identities);
        void call.send(call.request);
        call.end(Code.OK, '', {});
      });
      open.push(() => listener.close(0));
      return `127.0.0.1:${await listener.listen('127.0.0.1:0')}`;
    };
    const connect = (address: string, identity: TlsIdentity) => {
      const failures: Array<string | undefined> = [];
      const connection = transport.connect({
        address,
        authority: 'go.micro.srv.a.micro',
        tls: { identity, service },
        maxMessageBytes: limits.maxRequestBytes,
        onState: (state: ConnectionState, cause) =>
          void (state === 'failed' && failures.push(cause)),
      });
      open.push(() => connection.close());
      return { connection, failures };
    };

    test('C30: each side proves who it is, and handlers see who calls', async () => {
      const address = await listen(identityOf(node()).identity);
      const uris = ['spiffe://test/a,b', 'spiffe://test/c'];
      const named = identityOf(authority.issue({ dns: ['caller'], uris }));
      for (const { identity, problems } of [identityOf(caller()), named]) {
        expect(await ask(connect(address, identity).connection)).toMatchObject({ code: Code.OK });
        expect(problems).toEqual([]);
      }
      expect(heard).toEqual([['caller'], uris]);
    });

    test('C30: a SPIFFE id that ends in the service’s name proves it too', async () => {
      const uris = [`spiffe://test/ns/shop/${service}`];
      const address = await listen(identityOf(authority.issue({ uris })).identity);
      const { connection } = connect(address, identityOf(caller()).identity);
      expect(await ask(connection)).toMatchObject({ code: Code.OK });
    });

    test.each([
      ['is by another authority', stranger.issue({ dns: [service] }), /no authority.*believed/],
      ['has expired', authority.issue({ dns: [service], toMs: -60_000 }), /has expired/],
      ['is not valid yet', authority.issue({ dns: [service], fromMs: 60_000 }), /not valid yet/],
      [
        'names another service',
        authority.issue({ dns: [`x.${service}`, '*'], uris: [`spiffe://${service}`] }),
        /^its certificate names spiffe:\/\/\S+, x\.\S+, \*, expected go\.micro\.srv\.a$/,
      ],
    ])('C30: a node whose certificate %s gets no call', async (_, certified, reason) => {
      const address = await listen(identityOf(certified).identity);
      const { identity, problems } = identityOf(caller());
      const { connection, failures } = connect(address, identity);
      expect(await ask(connection)).toMatchObject({
        code: Code.UNAVAILABLE,
        detail: 'the node’s certificate is not valid',
        fate: 'unsent',
      });
      expect(heard).toEqual([]);
      expect(failures).toEqual(['the node’s certificate is not valid']);
      expect(problems).toEqual([[`${service} at ${address}`, expect.stringMatching(reason)]]);
    });

    test.each([
      ['is by another authority', stranger.issue({ dns: ['caller'] }), /no authority.*believed/],
      ['has expired', authority.issue({ toMs: -60_000 }), /has expired/],
    ])('C30: a caller whose certificate %s is refused', async (_, certified, reason) => {
      const server = identityOf(node());
      const address = await listen(server.identity);
      const client = identityOf(certified);
      expect(await ask(connect(address, client.identity).connection)).toMatchObject({
        code: Code.UNAVAILABLE,
        detail: 'no secure connection to the node',
        fate: 'unsent',
      });
      expect(heard).toEqual([]);
      expect(server.problems).toEqual([['callers', expect.stringMatching(reason)]]);
      expect(client.problems).toEqual([
        [`${service} at ${address}`, expect.stringContaining('refuses this certificate')],
      ]);
    });

    test('C30: a caller without a certificate, TLS or HTTP/2 is refused, and told of once', async () => {
      const server = identityOf(node());
      const address = await listen(server.identity);
      const [host, port] = address.split(':') as [string, string];
      const { certificate: cert, key } = caller();
      const to = { host, port: Number(port), checkServerIdentity: () => undefined };
      for (let times = 0; times < 2; times++) {
        const ca = authority.certificate;
        const nameless = connectTls({ ...to, ca, ALPNProtocols: ['h2'] });
        const other = connectTls({ ...to, ca, cert, key });
        const plain = connectTcp(Number(port), host);
        plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        await Promise.all([nameless, other, plain].map(closed));
      }
      expect(server.problems.map(([, reason]) => reason).sort()).toEqual([
        'one was refused: it does not say that it speaks HTTP/2',
        expect.stringContaining('it showed no certificate'),
        expect.stringContaining('it speaks without TLS'),
      ]);
    });

    test('C30: a node without TLS gets no call from a caller with it', async () => {
      const address = await listen(undefined);
      const { connection } = connect(address, identityOf(caller()).identity);
      expect(await ask(connection)).toMatchObject({ code: Code.UNAVAILABLE, fate: 'unsent' });
      expect(heard).toEqual([]);
    });

    test('C30: files that change hold for the next connection, and those there are live on', async () => {
      using server = createTlsFolder(node(), authority.certificate);
      using client = createTlsFolder(caller(), authority.certificate);
      const clientTls = openTls(client.files);
      const address = await listen(openTls(server.files));
      const { connection: before } = connect(address, clientTls);
      expect(await ask(before)).toMatchObject({ code: Code.OK });

      const next = createTestAuthority('the next');
      server.swap(next.issue({ dns: [service] }), next.certificate);
      client.swap(next.issue({ dns: ['renewed'] }), next.certificate);
      const { connection: after } = connect(address, clientTls);
      expect(await ask(after)).toMatchObject({ code: Code.OK });
      expect(await ask(before)).toMatchObject({ code: Code.OK });
      expect(heard).toEqual([['caller'], ['renewed'], ['caller']]);
    });
  });
}

/** Certificates that stay as they are, and what was told of their handshakes. */
function identityOf({ certificate, key }: Certified) {
  const problems: Array<[about: string, reason: string | undefined]> = [];
  const pem = { cert: certificate, key, ca: authority.certificate };
  const material = {
    certificate: Buffer.from(certificate),
    key: Buffer.from(key),
    authorities: Buffer.from(authority.certificate),
    context: createSecureContext(pem),
    expires: Number.POSITIVE_INFINITY,
  };
  const identity: TlsIdentity = {
    current: () => material,
    onProblem: (about, reason) => void problems.push([about, reason]),
  };
  return { identity, problems };
}

function ask(connection: Connection): Promise<CallEnd> {
  const { promise, resolve } = Promise.withResolvers<CallEnd>();
  const head = { metadata: {}, deadline: Number.POSITIVE_INFINITY };
  const call = connection.call(path, head, { message() {}, end: resolve });
  call.send(new Uint8Array());
  call.finish();
  call.read();
  return promise;
}

function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {}).resume(); // That it is refused is what is tried.
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
