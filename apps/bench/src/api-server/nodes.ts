import { createServer, type Http2Server } from 'node:http2';
import { ipOf, podsPerService } from './pod.ts';

/** The nodes of the first service: they accept connections of gRPC clients and answer nothing. */
export interface Nodes {
  /** Of four digits, as the one in the fixture; the same for all. */
  readonly port: number;
  close(): void;
}

/** Listens on the loopback address of each pod of the first service. */
export async function listenAsNodes(): Promise<Nodes> {
  for (let port = 9_090; port < 10_000; port++) {
    const servers = Array.from({ length: podsPerService }, () => createServer());
    const close = (): void => {
      for (const server of servers) server.close();
    };
    try {
      await Promise.all(servers.map((server, index) => listen(server, port, ipOf(index))));
      return { port, close };
    } catch (error) {
      close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('expected a free port from 9090 to 9999 on the loopback interface, found none');
}

function listen(server: Http2Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
