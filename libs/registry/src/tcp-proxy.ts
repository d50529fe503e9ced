import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type ListenOptions, type Socket } from 'node:net';

/** Where a socket leads: over TCP, or a path of this machine. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** A way to a server that tests can break; what is within TLS passes through as it is. */
export interface TcpProxy extends AsyncDisposable {
  /** Where it listens; 0 on a path. */
  readonly port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Lets connections through again, at the same port. */
  mend(): Promise<void>;
  /** Takes what is open now to be frozen: it is still acknowledged, and passed on no more. */
  freeze(): void;
}

/** @param at Where to listen. @default any free port of 127.0.0.1 */
export async function createTcpProxy(
  to: Place,
  at: ListenOptions = { host: '127.0.0.1', port: 0 },
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to);
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}); // It is closed then, and so is the other.
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  const listen = async (where: ListenOptions): Promise<void> => {
    server.listen(where);
    await once(server, 'listening');
  };
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await listen(at);
  const address = server.address();
  const port = typeof address === 'object' ? ((address as AddressInfo | null)?.port ?? 0) : 0;
  return {
    port,
    cut,
    mend: () => listen({ ...at, ...(port > 0 && { port }) }),
    freeze() {
      // The kernel goes on acknowledging, keepalive probes too.
      for (const socket of sockets) socket.unpipe().pause();
    },
    [Symbol.asyncDispose]: cut,
  };
}
