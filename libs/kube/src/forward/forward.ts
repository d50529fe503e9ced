import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createKubeClient } from '../client.ts';
import type { KubeConfig } from '../credentials.ts';
import { KubeError } from '../errors.ts';
import { createDial } from './channel.ts';
import { carry } from './connection.ts';
import { aboutForward, admit, type PodPort } from './refusal.ts';

const maxConnections = 100;

/** A port of this machine that leads to one of a pod, until it is closed. */
export interface Forward extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends every connection; nothing is left open. */
  close(): Promise<void>;
}

export interface ForwardOptions extends PodPort {
  /** Closes it. */
  readonly signal?: AbortSignal;
  /**
   * Told why a connection did not come about or was cut off: the pod is gone, nothing listens on the
   * port, a permission is missing, the API server is away, there are more than 100.
   */
  readonly onProblem?: (problem: KubeError) => void;
}

/**
 * Opens a port on 127.0.0.1 that leads to a port of a pod, by way of the API server. Each connection
 * is ended when the pod ends it, and that to the pod a second after the last byte when ours is, for
 * the API server can't be told that only one direction has ended.
 *
 * @throws KubeError if the pod does not exist, or the port may not be forwarded.
 */
export async function forwardPort(config: KubeConfig, options: ForwardOptions): Promise<Forward> {
  const { signal, onProblem = () => {} } = options;
  signal?.throwIfAborted();
  const client = createKubeClient(config);
  const closing = new AbortController();
  const open = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true });
  server.maxConnections = maxConnections;

  const close = async (): Promise<void> => {
    closing.abort();
    signal?.removeEventListener('abort', close);
    server.close();
    client.close();
    await Promise.all(open);
  };
  signal?.addEventListener('abort', close);
  try {
    await admit(client, options, signal);
    const dial = await createDial(config, client, options);
    server.on('connection', (socket) => {
      const carried = carry(socket, options, dial, closing.signal).catch((error: KubeError) => {
        if (!closing.signal.aborted) onProblem(error);
      });
      open.add(carried);
      void carried.then(() => open.delete(carried));
    });
    server.on('drop', () => onProblem(tooMany(options)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    signal?.throwIfAborted();
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return { port, close, [Symbol.asyncDispose]: close };
}

function tooMany(target: PodPort): KubeError {
  return new KubeError(
    'TooManyConnections',
    `expected at most ${maxConnections} connections to port ${target.port} at once, got one more; close others first`,
    aboutForward(target),
  );
}
