import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { decode, readText } from './body.ts';
import type { Credentials, KubeConfig } from './credentials.ts';
import { KubeError } from './errors.ts';
import type { RequestAttributes } from './request-path.ts';

/** An error's body is quoted at most this long. */
const maxErrorBytes = 64 * 1024;
const tcpKeepAliveMs = 15_000;

export interface Outgoing {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body?: string;
  /** Ends the request at any time, its answer too. */
  readonly signal: AbortSignal;
  /** What errors are about. */
  readonly about: RequestAttributes;
  /** Stays open for minutes and must not stand in the way of others: a socket of its own. */
  readonly long?: boolean;
}

/** The sockets to one API server. */
export interface Connection {
  /** @throws KubeError for every answer that is not a 2xx. */
  send(outgoing: Outgoing): Promise<IncomingMessage>;
  close(): void;
}

export function createConnection(config: KubeConfig): Connection {
  const base = new URL(config.server);
  const transport = base.protocol === 'http:' ? http : https;
  const agent = new transport.Agent({
    keepAlive: true,
    keepAliveMsecs: tcpKeepAliveMs,
    maxSockets: 4,
  });

  const attempt = async (
    outgoing: Outgoing,
    credentials: Credentials,
  ): Promise<IncomingMessage> => {
    const { headers, ...tls } = credentials;
    const request = transport.request({
      agent: outgoing.long ? false : agent,
      ...tls,
      method: outgoing.method,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      path: base.pathname.replace(/\/$/, '') + outgoing.target,
      headers: { ...outgoing.headers, ...headers },
      signal: outgoing.signal,
    });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request.once('response', resolve);
    request.on('error', reject);
    request.end(outgoing.body);
    return promise.catch((error: unknown) => {
      // The server closed an idle socket as we took it; it has not seen the request.
      if (request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET')
        return attempt(outgoing, credentials);
      throw error;
    });
  };

  return {
    async send(outgoing) {
      const credentials = await config.credentials();
      let response = await attempt(outgoing, credentials);
      if (response.statusCode === 401) {
        const renewed = await config.credentials({ renew: true }).catch((error: unknown) => {
          response.destroy(); // Unread, it would keep one of the few sockets.
          throw error;
        });
        if (JSON.stringify(renewed.headers) !== JSON.stringify(credentials.headers)) {
          response.resume();
          response = await attempt(outgoing, renewed);
        }
      }
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) throw await refusal(response, outgoing.about);
      if (outgoing.long) response.socket.setKeepAlive(true, tcpKeepAliveMs);
      return response;
    },
    close() {
      // Or it would keep the connection of a request that was ended before it had one.
      agent.maxFreeSockets = 0;
      agent.destroy();
    },
  };
}

async function refusal(response: IncomingMessage, about: RequestAttributes): Promise<KubeError> {
  const text = await readText(decode(response), maxErrorBytes, about);
  const seconds = Number(response.headers['retry-after']);
  return KubeError.fromStatus(parse(text), about, {
    status: response.statusCode ?? 0,
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers in HTML; the error quotes it.
    return text;
  }
}
