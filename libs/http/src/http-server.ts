import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { answerErrors, type OnHttpError } from './http-error.ts';
import { addProbes, type Probes } from './probes.ts';
import { addStats } from './stats.ts';

/** Routes are added to it as to any Fastify instance. */
export type HttpServer = FastifyInstance;

export interface HttpServerOptions extends Probes {
  /** The service's registered name: who errors come from. */
  readonly name: string;
  /** Serves `/stats`. */
  readonly stats: boolean;
  /** Aborted when the service begins to leave: from then on connections end with their next answer. */
  readonly stopping?: AbortSignal;
  /** Hears of errors that callers are not told about. */
  readonly onError?: OnHttpError;
}

/** The longest body taken, in bytes; more is answered with 413. */
export const maxBodyBytes: number = 1024 * 1024;
/** A request must have come in whole by then. */
const requestTimeoutMs = 30_000;

/**
 * Creates an HTTP server with the limits Fastify leaves open, request ids, errors in go-micro's
 * form, probes and metrics. It does not listen yet.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 0, // Streams stay open for as long as they are wanted.
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    // Who holds a connection still sends on it: it is answered, and told to open another.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
  });
  app.addHook('onSend', async (_request, reply) => {
    if (options.stopping?.aborted) reply.header('connection', 'close');
  });
  dropUnused(app);
  answerErrors(app, options.name, options.onError);
  addProbes(app, options);
  if (options.stats) addStats(app);
  return app;
}

/**
 * Listens.
 *
 * @param address `host:port` or `:port` for every interface; port 0 takes any free one.
 * @returns `host:port` as it really listens.
 * @throws Error that says which port is taken and what to do.
 */
export async function listen(app: HttpServer, address: string): Promise<string> {
  const cut = address.lastIndexOf(':');
  const host = address.slice(0, cut).replace(/^\[|\]$/g, '') || '0.0.0.0';
  const port = Number(address.slice(cut + 1));
  try {
    await app.listen({ host, port });
    const { port: taken } = app.server.address() as AddressInfo;
    return `${host.includes(':') ? `[${host}]` : host}:${taken}`;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Error(`port ${port} on ${host} is taken; stop what listens there or choose another`, {
      cause,
    });
  }
}

/**
 * Takes no new requests, waits for those in flight and ends those that are left after `graceMs`.
 *
 * @returns How many were.
 */
export async function close(app: HttpServer, graceMs: number): Promise<number> {
  const closed = app.close();
  let ended = 0;
  const patience = setTimeout(() => {
    // Idle ones are closed already: each that is left has one request in flight.
    app.server.getConnections((_, connections) => {
      ended = connections;
      app.server.closeAllConnections();
    });
  }, graceMs);
  await closed;
  clearTimeout(patience);
  return ended;
}

/** A caller's id is kept if it is one line of harmless letters, for it goes into logs. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Ends connections that were opened and never used, as browsers do, when it closes: Node waits for them. */
function dropUnused(app: HttpServer): void {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }: { socket: Socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy();
  });
}
