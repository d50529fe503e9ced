import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import dns from 'dns-packet';
import { RegistryError } from '../registry.ts';

/** RFC 6762, 3. */
const group = '224.0.0.251';
const loopback = '127.0.0.1';
/** Asked for; Linux gives twice its net.core.rmem_max, 416 KiB as it comes. */
const recvBufferSize = 1024 * 1024;
const echoTimeoutMs = 1_000;
const echoRepeatMs = 100;

/** Multicast that does not leave the machine. */
export interface LoopbackSocket {
  /** Sends to all, or to the one on this machine who asked from `port`. */
  send(packet: Buffer, port?: number): Promise<void>;
  close(): Promise<void>;
}

/** A packet from this machine. */
export interface Heard {
  readonly packet: Buffer;
  /** Where its sender takes an answer, on 127.0.0.1. */
  readonly port: number;
  /** Said to all, or answered to us alone. */
  readonly to: 'all' | 'us';
}

export interface LoopbackSocketOptions {
  readonly port: number;
  readonly onPacket: (heard: Heard) => void;
  /** The socket broke; it is closed already. */
  readonly onError: (error: RegistryError) => void;
}

/**
 * Opens multicast on the loopback interface and waits until it hears itself.
 *
 * Two sockets: what is bound to the group hears what is said to all, next to any other mDNS program
 * on the port; but go-micro answers to the port a question came from, and of several sockets on one
 * port only one gets a packet that is for it alone. So questions come from a port of our own.
 *
 * @throws RegistryError `unavailable` where there is no such multicast.
 */
export async function openLoopbackSocket(options: LoopbackSocketOptions): Promise<LoopbackSocket> {
  const { port, onPacket, onError } = options;
  const listener = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize });
  const speaker = createSocket({ type: 'udp4', recvBufferSize });
  const close = async (): Promise<void> => {
    await Promise.all([closeSocket(listener), closeSocket(speaker)]);
  };
  const send = async (packet: Buffer, to?: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const done = (error: Error | null): void => (error ? reject(error) : resolve());
    try {
      speaker.send(packet, to ?? port, to === undefined ? group : loopback, done);
      await promise;
    } catch (error) {
      throw unavailable(error);
    }
  };
  try {
    await bind(listener, port, group);
    listener.addMembership(group, loopback);
    await bind(speaker, 0, loopback);
    speaker.setMulticastInterface(loopback);
    speaker.setMulticastTTL(0);
    speaker.setMulticastLoopback(true);
    for (const socket of [listener, speaker])
      socket.on('error', (error) => void close().then(() => onError(unavailable(error))));
    await hearEcho(listener, speaker.address().port, () => send(dns.encode({ type: 'query' })));
  } catch (error) {
    await close();
    throw unavailable(error);
  }
  const hear =
    (to: Heard['to']) =>
    (packet: Buffer, from: RemoteInfo): void => {
      // Linux hands out what other sockets' interfaces hear too. Nobody outside can say 127.0.0.1.
      if (from.address === loopback) onPacket({ packet, port: from.port, to });
    };
  listener.on('message', hear('all'));
  speaker.on('message', hear('us'));
  return { send, close };
}

async function bind(socket: Socket, port: number, address: string): Promise<void> {
  socket.bind(port, address);
  await once(socket, 'listening');
}

/** A socket may open where nothing comes through: no multicast on the interface, a firewall. */
async function hearEcho(listener: Socket, from: number, say: () => Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const listen = (_packet: Buffer, { address, port }: RemoteInfo): void => {
    if (address === loopback && port === from) resolve();
  };
  const repeat = setInterval(() => say().catch(reject), echoRepeatMs);
  const timeout = setTimeout(
    () => reject(new Error(`heard nothing of itself within ${echoTimeoutMs} ms`)),
    echoTimeoutMs,
  );
  listener.on('message', listen);
  try {
    await Promise.all([say(), promise]);
  } finally {
    clearInterval(repeat);
    clearTimeout(timeout);
    listener.off('message', listen);
  }
}

async function closeSocket(socket: Socket): Promise<void> {
  try {
    socket.close();
  } catch {
    return; // It is closed already.
  }
  await once(socket, 'close');
}

function unavailable(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RegistryError(
    'unavailable',
    `expected multicast to ${group} on the loopback interface, got: ${reason}; turn it on (ip link set lo up multicast on) or choose another registry, as --registry=memory`,
    { cause: error },
  );
}
