import { setTimeout as delay } from 'node:timers/promises';
import { RegistryError } from '../registry.ts';
import { type Heard, type LoopbackSocket, openLoopbackSocket } from './socket.ts';

/** Linux keeps some 300 small packets for who does not read right away, and drops the rest. */
const burst = 50;
const burstPauseMs = 2;

/** A loopback socket that is opened when it is first needed, and again after it broke. */
export interface Link {
  /** Why sending failed last; undefined while it works. */
  readonly failure: RegistryError | undefined;
  /** Sends to all, or to the one who asked from a port. @throws RegistryError `unavailable`. */
  send(packets: readonly Buffer[], to?: number): Promise<void>;
  /** Sends a last word, if there is still a way, and frees the socket. */
  close(lastWord: readonly Buffer[]): Promise<void>;
}

export interface LinkOptions {
  readonly port: number;
  readonly onPacket: (heard: Heard) => void;
  /** Told once when sending begins to fail. */
  readonly onFailure: (failure: RegistryError) => void;
}

export function createLink({ port, onPacket, onFailure }: LinkOptions): Link {
  let socket: Promise<LoopbackSocket> | undefined;
  let failure: RegistryError | undefined;
  let closed = false;

  const fail = (error: RegistryError): void => {
    const known = failure !== undefined || closed;
    failure = error;
    if (!known) onFailure(error);
  };
  const open = (): Promise<LoopbackSocket> => {
    const opening = openLoopbackSocket({
      port,
      onPacket(heard) {
        if (!closed) onPacket(heard);
      },
      onError(error) {
        socket = undefined;
        fail(error);
      },
    });
    opening.catch((error: RegistryError) => {
      socket = undefined;
      fail(error);
    });
    return opening;
  };

  return {
    get failure() {
      return failure;
    },
    async send(packets, to) {
      if (closed) throw new RegistryError('unavailable', 'expected an open registry, it is closed');
      socket ??= open();
      const { send } = await socket;
      try {
        await sendPaced(packets, (packet) => send(packet, to));
        failure = undefined;
      } catch (error) {
        if (error instanceof RegistryError) fail(error);
        throw error;
      }
    },
    async close(lastWord) {
      closed = true;
      const last = await socket?.catch(() => undefined);
      try {
        if (last) await sendPaced(lastWord, last.send);
      } catch {
        // Nobody hears it; they will notice the silence.
      }
      await last?.close();
    },
  };
}

async function sendPaced(
  packets: readonly Buffer[],
  send: (packet: Buffer) => Promise<void>,
): Promise<void> {
  for (const [at, packet] of packets.entries()) {
    if (at > 0 && at % burst === 0) await delay(burstPauseMs);
    await send(packet);
  }
}
