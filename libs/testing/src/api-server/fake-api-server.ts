import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import { type AccessTable, createAccessTable } from './access-table.ts';
import { answer, refuse } from './answer.ts';
import { answerReview, type Recorded, readRequest } from './api-request.ts';
import { createFaults, type Faults } from './faults.ts';
import { createObjectLog } from './object-log.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import { createPods, type Pods } from './pods.ts';
import { type Admission, type PodsApiParts, servePods } from './pods-api.ts';
import { createWatchers, type Watchers } from './watchers.ts';

/**
 * The part of the Kubernetes API that a registry of pods uses, within this process: list, watch and
 * writes of pods with label selectors, versions and bookmarks, access rules, and faults on demand.
 */
export interface FakeApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** How a client connects as `user`; without one it shows no token. */
  config(user?: string, namespace?: string): FakeConfig;
  readonly pods: Pods;
  readonly access: AccessTable;
  readonly faults: Faults;
  readonly watchers: Pick<Watchers, 'count' | 'bookmark' | 'show' | 'end' | 'drop' | 'mute'>;
  /** Whether a watch may ask for the list that is there before; a real one has it on since 1.34. */
  watchList: boolean;
  /** Is asked before a write is stored; throws a Refusal to prevent it. */
  admission: ((admission: Admission) => void) | undefined;
  /** Every request so far. */
  readonly requests: readonly Recorded[];
  /** Connections accepted so far, and those open now. */
  readonly connections: { readonly made: number; readonly open: number };
  /** Forgets the writes so far: who watches from before is told 410. */
  compact(): void;
  /** Begins again from the first version, with nothing in it, as after an older backup was restored. */
  renew(): void;
  close(): Promise<void>;
}

/** What a client must know to connect. */
export interface FakeConfig {
  readonly source: 'kubeconfig';
  readonly server: string;
  readonly namespace: string;
  credentials(): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
}

/** How a fake is to be. */
export interface FakeApiServerOptions {
  /** To come back on after `close`. @default any */
  readonly port?: number;
  /** What watches end and get bookmarks by. @default the machine's own time */
  readonly clock?: Clock;
  /** @default true */
  readonly watchList?: boolean;
}

/** Starts one. */
export async function createFakeApiServer({
  port = 0,
  clock = systemClock,
  watchList = true,
}: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const log = createObjectLog((entry) => watchers.tell(entry));
  const pods = createPods(log);
  const watchers = createWatchers(log, clock);
  const access = createAccessTable();
  const faults = createFaults(clock);
  const requests: Recorded[] = [];
  const parts: PodsApiParts = {
    log,
    pods,
    access,
    watchList: () => server.watchList,
    admit: (admission) => server.admission?.(admission),
  };
  const sockets = new Set<unknown>();
  let made = 0;

  const handle = async (incoming: IncomingMessage, whole: Outlet): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    const struck = faults.strike(request.verb, whole);
    if (!struck) return;
    const { outlet, watchFault } = struck;
    try {
      const user = access.identify(incoming.headers.authorization);
      const review = answerReview(request, user, access);
      if (review) return answer(incoming, outlet, review);
      const answered = servePods(request, user, parts);
      if ('watch' in answered) watchers.open(answered.watch, outlet, watchFault);
      else answer(incoming, outlet, answered.object, answered.status);
    } catch (error) {
      refuse(incoming, outlet, error);
    }
  };

  const listener = createServer((incoming, response) => {
    const outlet = createOutlet(response);
    handle(incoming, outlet).catch((error: unknown) => refuse(incoming, outlet, error));
  });
  listener.on('connection', (socket) => {
    made++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));

  const close = async (): Promise<void> => {
    if (!listener.listening) return;
    const closed = new Promise((resolve) => listener.close(resolve));
    listener.closeAllConnections();
    await closed;
  };
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const server: FakeApiServer = {
    url,
    config: (user, namespace = 'micro') => ({
      source: 'kubeconfig',
      server: url,
      namespace,
      credentials: async () => ({
        headers: user === undefined ? {} : { authorization: `Bearer ${access.token(user)}` },
      }),
    }),
    pods,
    access,
    faults,
    watchers,
    watchList,
    admission: undefined,
    requests,
    get connections() {
      return { made, open: sockets.size };
    },
    compact: log.compact,
    renew() {
      log.renew();
      watchers.drop();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return server;
}
