import { type AddressInfo, connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import { pump, reset } from './tcp-pump.ts';

/** Where bytes go: over TCP, by default to this machine, or to a path of it. */
export type Place = { readonly port: number; readonly host?: string } | { readonly path: string };

/** The way of bytes: `up` to the target, `down` from it. */
export type Direction = 'up' | 'down';

/** What a proxy does to the bytes that come. With nothing said, it passes them on. */
export interface Toxics {
  /**
   * Goes on reading and delivers nothing, no end either, as a network that drops packets. A
   * connection that lost something by it stays dead when it is over.
   */
  readonly blackhole?: Direction | 'both';
  readonly latencyMs?: number;
  /** In each direction of each connection. */
  readonly bytesPerSecond?: number;
}

/** A TCP proxy that fails as a network does. */
export interface TcpProxy extends AsyncDisposable {
  /** Where it listens; 0 on a path. */
  readonly port: number;
  /** For all connections, open and to come; may be changed at any time. */
  toxics: Toxics;
  /** Connections accepted so far, and those whose client is still there. */
  readonly connections: { readonly made: number; readonly open: number };
  /** Lets those that are open now lose all that comes, as `blackhole` does; new ones are well. */
  freeze(): void;
  /** Resets every connection that is open. */
  reset(): void;
  /** Refuses new connections; those that are open go on. */
  refuse(): void;
  /** Takes new connections again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** Where to listen. @default any port of 127.0.0.1 */
  readonly at?: ListenOptions;
  readonly clock?: Clock;
}

/** Starts a proxy to `target`. */
export async function createTcpProxy(
  target: Place,
  { at = { host: '127.0.0.1', port: 0 }, clock = systemClock }: TcpProxyOptions = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let made = 0;

  const harm = (direction: Direction, client: Socket) => () => {
    const { blackhole, latencyMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = proxy.toxics;
    const lost = blackhole === direction || blackhole === 'both' || frozen.has(client);
    return { lost, latencyMs, bytesPerSecond };
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const options = { host: '127.0.0.1', ...target, allowHalfOpen: true, noDelay: true };
    const upstream = connect(options);
    made++;
    clients.add(client);
    for (const event of ['end', 'close']) client.once(event, () => clients.delete(client));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    pump(client, upstream, harm('up', client), clock);
    pump(upstream, client, harm('down', client), clock);
  });
  const listen = (where: ListenOptions): Promise<void> =>
    new Promise((resolve) => server.listen(where, resolve));
  await listen(at);
  const { port = 0 } = server.address() as Partial<AddressInfo>;

  const proxy: TcpProxy = {
    port,
    toxics: {},
    get connections() {
      return { made, open: clients.size };
    },
    freeze() {
      for (const client of clients) frozen.add(client);
    },
    reset() {
      for (const socket of sockets) reset(socket);
    },
    refuse() {
      server.close();
    },
    async accept() {
      if (!server.listening) await listen({ ...at, ...(port > 0 && { port }) });
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  return proxy;
}
