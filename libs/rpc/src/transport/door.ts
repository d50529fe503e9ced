import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Accepts connections on one port, and can end each of them, whether it ever said a word or not. */
export interface Door {
  /**
   * @param address `host:port`; port 0 takes any free one.
   * @returns The port it really listens on.
   * @throws Error if the port can't be had, saying which and what to do.
   * @throws TypeError if it is no address.
   */
  open(address: string): Promise<number>;
  /** Accepts no more. Resolves once every connection is gone. */
  shut(): Promise<void>;
  /** Ends the connections that are left. */
  clear(): void;
}

/** @param onConnection Takes each connection over. */
export function createDoor(onConnection: (socket: Socket) => void): Door {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  // One connection that can't be taken, for want of a file handle, is no reason to end.
  server.on('error', () => {});
  return {
    async open(address) {
      const { host, port } = splitListenAddress(address);
      try {
        server.listen(port, host);
        await once(server, 'listening');
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
        throw new Error(
          `port ${port} on ${host} is taken; stop what listens there or choose another`,
          { cause },
        );
      }
      return (server.address() as AddressInfo).port;
    },
    async shut() {
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
    clear() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** `host:port` where the port may be 0. */
export function splitListenAddress(address: string): { host: string; port: number } {
  const cut = address.lastIndexOf(':');
  const host = address.slice(0, cut).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(cut + 1));
  if (cut > 0 && port >= 0 && port <= 65_535) return { host, port };
  throw new TypeError(`expected an address as host:port, got ${JSON.stringify(address)}`);
}
