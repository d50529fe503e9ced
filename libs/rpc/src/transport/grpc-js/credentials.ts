import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import { namesOf, proveService } from '../certificate-names.ts';
import { explainHandshake, WrongNameError } from '../handshake-words.ts';
import type { ConnectionTls } from '../transport.ts';

/** What callers are told, who need not know of certificates, paths and addresses. */
const untrusted = 'the node’s certificate is not valid';
const unsecured = 'no secure connection to the node';

/** Handshakes of one connection, one after another. */
export interface Handshakes {
  readonly credentials: ChannelCredentials;
  /** The other side spoke HTTP/2: what was wrong is over. */
  succeeded(): void;
  /** The connection failed; may be asked again. @returns Why, in words for callers; undefined if the handshake is not to blame. */
  failed(): string | undefined;
}

/** @param serverName Tells a node of many names which is meant. */
export function createHandshakes(
  tls: ConnectionTls,
  address: string,
  serverName: string,
): Handshakes {
  const about = `${tls.service} at ${address}`;
  let told: string | undefined;
  let short: string | undefined;
  /** Whether a handshake is done and HTTP/2 has not begun. */
  let pending = false;
  const tell = (reason: string | undefined): void => {
    if (reason !== told) tls.identity.onProblem(about, reason);
    told = reason;
  };
  const handshake = (socket: Socket): Promise<TLSSocket> => {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    short = undefined;
    pending = false;
    const secure = connect({
      socket,
      secureContext: tls.identity.current().context,
      servername: serverName,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: true,
      checkServerIdentity: (_, { subjectaltname }) => whyOther(subjectaltname, tls.service),
    });
    secure.once('secureConnect', () => {
      pending = true;
      resolve(secure);
    });
    // Also after the handshake: by TLS 1.3 the other side looks at our certificate when we are done.
    secure.on('error', (error) => {
      const reason = explainHandshake(error);
      if (reason !== undefined) {
        short =
          secure.authorizationError || error instanceof WrongNameError ? untrusted : unsecured;
        tell(reason);
      }
      reject(new Error(short ?? 'the connection broke'));
    });
    secure.once('close', () => reject(new Error(short ?? 'the connection broke')));
    return promise;
  };
  return {
    credentials: new TlsCredentials(handshake),
    succeeded() {
      pending = false;
      short = undefined;
      tell(undefined);
    },
    failed() {
      if (!pending || short !== undefined) return short;
      tell(
        'it closed the connection after the handshake, as it does if it refuses this certificate',
      );
      return unsecured;
    },
  };
}

type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;

/** grpc-js's own would not read certificates again, or not say why a handshake failed. */
class TlsCredentials extends ChannelCredentials {
  readonly #handshake: (socket: Socket) => Promise<TLSSocket>;

  constructor(handshake: (socket: Socket) => Promise<TLSSocket>) {
    super();
    this.#handshake = handshake;
  }

  override _isSecure(): boolean {
    return true;
  }

  /** Each connection has its own expectations. */
  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(
    ...[, , callCredentials]: Parameters<ChannelCredentials['_createSecureConnector']>
  ): Connector {
    return {
      connect: async (socket) => ({ socket: await this.#handshake(socket), secure: true }),
      waitForReady: async () => {},
      getCallCredentials: () => callCredentials ?? CallCredentials.createEmpty(),
      destroy() {},
    };
  }
}

function whyOther(listed: string | undefined, service: string): Error | undefined {
  const names = namesOf(listed);
  if (proveService(names, service)) return undefined;
  const all = [...names.uris, ...names.dns].join(', ') || 'nobody';
  return new WrongNameError(`its certificate names ${all}, expected ${service}`);
}
