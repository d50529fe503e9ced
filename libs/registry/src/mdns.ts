import { createBrowser } from './mdns-browser.ts';
import { createLink } from './mdns-link.ts';
import { checkName } from './mdns-name.ts';
import { isResponse, parseMessage } from './mdns-parse.ts';
import { createResponder } from './mdns-responder.ts';
import type { Heard } from './mdns-socket.ts';
import { createNodeTable } from './node-table.ts';
import { type Registry, RegistryError, type Status } from './registry.ts';

const tickMs = 1_000;
/** go-micro gives a lookup 100 ms. In halves: in a busy start one may pass before anything is read. */
const firstRoundMs = [60, 60];
/** Packets that make no sense are one problem a minute, however many there are. */
const quietTicks = 60;

export interface MdnsOptions {
  /**
   * The domain that services live in: go-micro's own since 1.8; up to 1.7 it was `local`.
   *
   * @default 'micro'
   */
  readonly domain?: string;
  /** @default 5353 */
  readonly port?: number;
  /** Told what went wrong and is dealt with: multicast that is gone, a packet that was dropped. */
  readonly onProblem?: (problem: RegistryError) => void;
}

/**
 * A registry of the processes on one machine: multicast DNS on the loopback interface, in the wire
 * format of go-micro's mdns registry. Nobody outside hears it or is heard.
 *
 * A registration lives as long as its process: `close` says goodbye for what is still registered, and
 * what was killed is forgotten after `ttlMs` of silence, 2 s at least and 10 s at most.
 *
 * @throws TypeError if `domain` is not a DNS name.
 */
export function createMdnsRegistry(options: MdnsOptions = {}): Registry {
  const { port = 5353, onProblem = () => {} } = options;
  const domain = (options.domain ?? 'micro').replace(/^\.+|\.+$/g, '');
  checkName(domain);
  const table = createNodeTable();
  const responder = createResponder(domain);
  const browser = createBrowser(domain, table);
  const link = createLink({ port, onPacket: hear, onFailure: onProblem });
  let phase: 'idle' | 'asking' | 'listening' | 'synced' = 'idle';
  let ticker: NodeJS.Timeout | undefined;
  let firstRound: NodeJS.Timeout | undefined;
  let quiet = 0;
  let closed = false;

  /** Sends what nobody waits for; onProblem hears of a failure, and the next tick tries again. */
  function say(packets: readonly Buffer[], to?: number): void {
    if (packets.length === 0) return;
    link.send(packets, to).then(
      () => phase === 'asking' && listen(firstRoundMs),
      () => {},
    );
  }
  function listen([waitMs, ...rest]: readonly number[]): void {
    phase = waitMs === undefined ? 'synced' : 'listening';
    if (waitMs === undefined) table.markSynced();
    else firstRound = setTimeout(listen, waitMs, rest);
  }
  function tick(): void {
    quiet--;
    const lost = link.failure !== undefined;
    say(lost ? responder.announceAll() : responder.tick());
    if (phase !== 'idle') say(browser.tick(lost));
  }
  function hear({ packet, port: from, to }: Heard): void {
    if (phase === 'idle' && isResponse(packet)) return;
    try {
      const message = parseMessage(domain, packet);
      if (message.type === 'query') say(responder.answer(message), from);
      else say(browser.hear(message, to));
    } catch (cause) {
      drop(from, cause);
    }
  }
  function drop(from: number, cause: unknown): void {
    if (quiet > 0) return;
    quiet = quietTicks;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `dropped a packet from port ${from} of this machine: ${reason}`;
    onProblem(new RegistryError('refused', message, { cause }));
  }
  function start(): void {
    if (!closed) ticker ??= setInterval(tick, tickMs);
  }

  return {
    kind: 'mdns',
    expires: false,
    get status(): Status {
      if (link.failure) return { state: 'stale', reason: link.failure.message };
      if (phase === 'idle' || phase === 'synced') return { state: phase };
      return { state: 'starting' };
    },
    async register(node, { ttlMs } = {}) {
      const announcement = responder.register(node, ttlMs);
      start();
      try {
        await link.send([announcement]);
      } catch (error) {
        responder.deregister(node);
        throw error;
      }
    },
    async deregister(node) {
      const goodbye = responder.deregister(node);
      if (goodbye) await link.send([goodbye]);
    },
    watch(service) {
      if (phase === 'idle') {
        phase = 'asking';
        start();
        say(browser.ask());
      }
      return table.view(service);
    },
    async close() {
      closed = true;
      clearInterval(ticker);
      clearTimeout(firstRound);
      table.close();
      await link.close(responder.deregisterAll());
    },
  };
}
