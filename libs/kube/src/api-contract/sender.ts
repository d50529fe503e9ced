import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '../credentials.ts';

/** Sends one request and gives the answer as soon as it has begun, whatever it is. */
export type RawSend = (
  method: string,
  target: string,
  options?: {
    /** @default application/json */
    readonly accept?: string;
    readonly body?: string;
    readonly contentType?: string;
  },
) => Promise<RawAnswer>;

/** An answer as it comes. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** What has come by now. */
  readonly received: Buffer;
  /** All of it, when the server has ended it. */
  body(): Promise<Buffer>;
  /** Wants no more of it. */
  close(): void;
}

/** Creates the simplest way to an API server: a connection for each request, nothing understood. */
export function createRawSend(config: KubeConfig): RawSend {
  const transport = config.server.startsWith('https:') ? https : http;

  return async (method, target, { accept = 'application/json', body, contentType } = {}) => {
    const { headers, ...tls } = await config.credentials();
    const request = transport.request(config.server + target, {
      agent: false,
      ...tls,
      method,
      headers: {
        accept,
        ...(contentType && { 'content-type': contentType }),
        // Node frames no body of a DELETE by itself.
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
    const response = await promise;
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      get received() {
        return Buffer.concat(chunks);
      },
      async body() {
        await ended;
        return Buffer.concat(chunks);
      },
      close: () => void response.destroy(),
    };
  };
}
