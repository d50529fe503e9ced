import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { explainHandshake } from './handshake-words.ts';
import type { TlsIdentity, TlsMaterial } from './tls-identity.ts';

/** Who does not get through the handshake in this time is not waited for. */
const handshakeMs = 10_000;
/** The same reason is told so often at most, for anybody who reaches the port can give it. */
const tellAgainMs = 60_000;

/**
 * Leads connections through the handshake of mutual TLS, each with the files as they are then. Those
 * whose certificate is not believed get no further.
 *
 * @param onSecure Takes over each that does.
 * @returns What to give connections to.
 */
export function createTlsGate(
  identity: TlsIdentity,
  onSecure: (socket: TLSSocket) => void,
): (socket: Socket) => void {
  let used: TlsMaterial | undefined;
  const tellAgainAt = new Map<string, number>();
  const server = createServer({
    ALPNProtocols: ['h2'],
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: handshakeMs,
  });
  const refused = (reason: string | undefined): void => {
    const now = performance.now();
    if (reason === undefined || now < (tellAgainAt.get(reason) ?? 0)) return;
    tellAgainAt.set(reason, now + tellAgainMs);
    identity.onProblem('callers', `one was refused: ${reason}`);
  };
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') return onSecure(socket);
    socket.destroy();
    refused('it does not say that it speaks HTTP/2');
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // Node says what it found wrong with a certificate there, and that it hung up here.
    const code: unknown = socket.authorizationError;
    const verdict = typeof code === 'string' ? Object.assign(new Error(code), { code }) : error;
    refused(explainHandshake(verdict));
  });
  return (socket) => {
    const material = identity.current();
    if (material !== used) {
      const { certificate: cert, key, authorities: ca } = material;
      server.setSecureContext({ cert, key, ca });
      used = material;
    }
    server.emit('connection', socket);
  };
}
