import type { Readable, Writable } from 'node:stream';
import type { KubeClient } from '../client.ts';
import type { KubeConfig } from '../credentials.ts';
import { admit, type PodPort, unreachable } from './refusal.ts';

const handshakeTimeoutMs = 10_000;
const closeTimeoutMs = 1_000;
const tcpKeepAliveMs = 15_000;

/** What is used of the WebSocket that leads to the pod; the package brings no types for it. */
export interface Channel {
  /** What has not been sent yet. */
  readonly bufferedAmount: number;
  /** 3: closed. */
  readonly readyState: number;
  pause(): void;
  resume(): void;
  /** Calls back when everything before it has been sent. */
  ping(data: undefined, mask: undefined, onSent: () => void): void;
  /** Sends what is left, then closes. */
  close(): void;
  /** Closes at once. */
  terminate(): void;
  addEventListener(type: 'message', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

/** The streams of one connection, as the local end sees them. */
export interface ChannelStreams {
  readonly input: Readable;
  readonly output: Writable;
  /** Where the node says what went wrong; nothing else does. */
  readonly complaints: Writable;
}

/** Opens one connection to the port. @throws KubeError saying why there is none. */
export type Dial = (streams: ChannelStreams, signal: AbortSignal) => Promise<Channel>;

/** Loads @kubernetes/client-node, which costs 270 ms and 80 MB. */
export async function createDial(
  config: KubeConfig,
  client: KubeClient,
  target: PodPort,
): Promise<Dial> {
  const { KubeConfig: Loader, PortForward } = await import('@kubernetes/client-node');
  const { namespace, pod, port } = target;

  const open: Dial = async ({ input, output, complaints }, signal) => {
    const loader = new Loader();
    const cluster = { name: 'api', server: config.server, skipTLSVerify: false };
    loader.loadFromClusterAndUser(cluster, { name: 'self' });
    // Its own would know only what a kubeconfig says, and neither time limits nor an early end.
    loader.applyToHTTPSOptions = async (options) => {
      Object.assign(options, await config.credentials(), {
        signal,
        handshakeTimeout: handshakeTimeoutMs,
        closeTimeout: closeTimeoutMs,
        keepAlive: true,
        keepAliveInitialDelay: tcpKeepAliveMs,
      });
    };
    const forward = new PortForward(loader);
    return forward.portForward(namespace, pod, [port], output, complaints, input);
  };
  return async (streams, signal) => {
    try {
      return await open(streams, signal);
    } catch {
      // It says no more than the status; where that was 401, this renews the credentials.
      await admit(client, target, signal);
    }
    return open(streams, signal).catch((cause: unknown) => {
      throw unreachable(target, messageOf(cause), { cause });
    });
  };
}

/** It rejects with events, which are no errors. */
function messageOf(cause: unknown): string {
  const { message } = (typeof cause === 'object' && cause !== null ? cause : {}) as ErrorEventLike;
  return typeof message === 'string' ? message : String(cause);
}

interface ErrorEventLike {
  readonly message?: unknown;
}
