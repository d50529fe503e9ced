import { createNodeTable } from '../node-table.ts';
import { type Registry, RegistryError, type Status } from '../registry.ts';
import { createBrowser } from './browser.ts';
import { createInbox } from './inbox.ts';
import { createLink } from './link.ts';
import { checkName } from './name.ts';
import { isResponse, parseMessage } from './parse.ts';
import { createResponder } from './responder.ts';
import type { Heard } from './socket.ts';

const tickMs = 1_000;
/** go-micro gives a lookup 100 ms. In halves: in a busy start one may pass before anything is read. */
const firstRoundMs = [60, 60];
/** What strangers send is one problem a minute, however much there is. */
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
 * A registration ends when it has not been repeated for `ttlMs`, 2 s at least, or where none is given
 * with `close`; either way it says goodbye. A process that was killed or hangs says nothing and is
 * forgotten after `ttlMs` of silence, 10 s at most.
 *
 * @throws TypeError if `domain` is not a DNS name.
 */
export function createMdnsRegistry(options: MdnsOptions = {}): Registry {
  const { port = 5353, onProblem = () => {} } = options;
  const domain = (options.domain ?? 'micro').replace(/^\.+|\.+$/g, '');
  checkName(domain);
  const table = createNodeTable();
  const responder = createResponder(domain);
  const browser = createBrowser(domain, table, complain);
  // Apart: a flood to all does not hold up the answers to us.
  const inboxes = { all: createInbox(read, flooded), us: createInbox(read, flooded) };
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
    const due = responder.tick();
    say(lost ? responder.announceAll() : due);
    if (phase !== 'idle') say(browser.tick(lost));
  }
  function hear(heard: Heard): void {
    if (phase !== 'idle' || !isResponse(heard.packet)) inboxes[heard.to].push(heard);
  }
  function read({ packet, port: from, to }: Heard): void {
    try {
      const message = parseMessage(domain, packet);
      if (message.type === 'query') say(responder.answer(message), from);
      else say(browser.hear(message, to));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      complain(`dropped a packet from port ${from} of this machine: ${reason}`, { cause });
    }
  }
  function flooded({ port: from }: Heard): void {
    complain(
      `dropped a packet from port ${from} of this machine: more came than could be read in time`,
    );
  }
  function complain(message: string, options?: ErrorOptions): void {
    if (quiet > 0) return;
    quiet = quietTicks;
    onProblem(new RegistryError('refused', message, options));
  }
  function start(): void {
    if (!closed) ticker ??= setInterval(tick, tickMs);
  }

  return {
    kind: 'mdns',
    expires: true,
    get status(): Status {
      if (link.failure) return { state: 'stale', reason: link.failure.message };
      if (phase === 'idle' || phase === 'synced') return { state: phase };
      return { state: 'starting' };
    },
    async register(node, { ttlMs } = {}) {
      const repeated = responder.has(node);
      const announcement = responder.register(node, ttlMs);
      start();
      try {
        await link.send([announcement]);
      } catch (error) {
        // What was registered stays so, and is announced when there is a way again.
        if (!repeated) responder.deregister(node);
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
      inboxes.all.close();
      inboxes.us.close();
      table.close();
      await link.close(responder.deregisterAll());
    },
  };
}
