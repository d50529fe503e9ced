import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as sendSecurely } from 'node:https';
import { readFront } from './body.ts';
import type { Credentials, KubeConfig } from './credentials.ts';
import { KubeError } from './errors.ts';
import { readObject } from './protobuf/protobuf.ts';
import { readStatus } from './protobuf/status-protobuf.ts';
import type { RequestAttributes } from './request-path.ts';

/** Of an error's body so much is read. */
const maxErrorBytes = 64 * 1024;
const tcpKeepAliveMs = 15_000;

export interface Outgoing {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** Whether it may be sent again when its connection ends before the answer. @default but for POST */
  readonly repeatable?: boolean | undefined;
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
  // Without TLS only tests and `kubectl proxy` are spoken to; no start of a pod shall load it for them.
  const transport =
    base.protocol === 'http:'
      ? process.getBuiltinModule('node:http')
      : { Agent, request: sendSecurely };
  const agent = new transport.Agent({
    keepAlive: true,
    keepAliveMsecs: tcpKeepAliveMs,
    maxSockets: 2,
  });

  const attempt = async (
    outgoing: Outgoing,
    credentials: Credentials,
  ): Promise<IncomingMessage> => {
    const { headers, ...tls } = credentials;
    const { repeatable = outgoing.method !== 'POST' } = outgoing;
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
    request.once('response', (response) => {
      // Or the answer would say no more than that it was aborted.
      request.on('error', (error) => response.destroy(error));
      resolve(response);
    });
    request.on('error', reject);
    request.end(outgoing.body);
    return promise.catch((error: unknown) => {
      // As a rule the server closed an idle socket as we took it, and has not seen the request.
      const reset = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (request.reusedSocket && reset && repeatable) return attempt(outgoing, credentials);
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
      if (status < 200 || status > 299) throw await refusal(response, outgoing);
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

async function refusal(response: IncomingMessage, { about, signal }: Outgoing): Promise<KubeError> {
  const { 'content-type': type = '', 'retry-after': retryAfter } = response.headers;
  const body = await readFront(response, maxErrorBytes);
  signal.throwIfAborted();
  const retryAfterMs = parseRetryAfter(retryAfter);
  return KubeError.fromStatus(parseStatus(type, body), about, {
    status: response.statusCode ?? 0,
    ...(retryAfterMs > 0 && { retryAfterMs }),
  });
}

/** Errors are in the form the answer was asked for in. */
function parseStatus(type: string, body: Buffer): unknown {
  try {
    if (type.startsWith('application/vnd.kubernetes.protobuf')) return readObject(body, readStatus);
    return JSON.parse(body.toString('utf8'));
  } catch {
    // A proxy in between answers in HTML; the error quotes it.
    return body.toString('utf8');
  }
}

/** Seconds or a date: RFC 9110, 10.2.3. Not a number where it is neither. */
function parseRetryAfter(text = ''): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
}
