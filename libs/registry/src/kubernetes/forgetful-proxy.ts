import { once } from 'node:events';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeConfig } from '@micro/kube';

/** An API server, over plain HTTP, that can be made to forget versions. */
export interface ForgetfulProxy extends AsyncDisposable {
  readonly port: number;
  /** From which version each watch was asked for; with all there is, it is `all`. */
  readonly watched: readonly string[];
  /** Asks for the next watch that resumes as from version 1, which the API server has forgotten. */
  forget(): void;
}

/** @param config Whose rights all who come through it have. */
export async function createForgetfulProxy(config: KubeConfig): Promise<ForgetfulProxy> {
  const base = new URL(config.server);
  const watched: string[] = [];
  let forgetting = false;

  const server = createServer(async (incoming, answer) => {
    const target = new URL(incoming.url ?? '', base);
    const { searchParams: query } = target;
    if (query.has('watch')) {
      const resumes = !query.has('sendInitialEvents');
      if (resumes && forgetting) {
        query.set('resourceVersion', '1');
        forgetting = false;
      }
      watched.push(resumes ? String(query.get('resourceVersion')) : 'all');
    }
    const { headers, ...tls } = await config.credentials();
    const { host: _, ...asked } = incoming.headers;
    const { method } = incoming;
    const outgoing = request(target, { ...tls, method, headers: { ...asked, ...headers } });
    outgoing.once('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      response.on('error', () => answer.destroy()).pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    answer.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    watched,
    forget() {
      forgetting = true;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
