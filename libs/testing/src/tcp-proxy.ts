import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import { pump } from './tcp-pump.ts';

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

/** A TCP proxy on this machine that fails as a network does. */
export interface TcpProxy extends AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** For all connections, open and to come; may be changed at any time. */
  toxics: Toxics;
  /** Connections accepted so far, and those whose client is still there. */
  readonly connections: { readonly made: number; readonly open: number };
  /** Resets every connection that is open. */
  reset(): void;
  /** Refuses new connections; those that are open go on. */
  refuse(): void;
  /** Takes new connections again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy to `target`. */
export async function createTcpProxy(
  target: { readonly port: number; readonly host?: string },
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let made = 0;

  const harm = (direction: Direction) => () => {
    const { blackhole, latencyMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = proxy.toxics;
    return { lost: blackhole === direction || blackhole === 'both', latencyMs, bytesPerSecond };
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
    pump(client, upstream, harm('up'), clock);
    pump(upstream, client, harm('down'), clock);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const proxy: TcpProxy = {
    port,
    toxics: {},
    get connections() {
      return { made, open: clients.size };
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    refuse() {
      server.close();
    },
    async accept() {
      if (!server.listening) await listen(port);
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  return proxy;
}
