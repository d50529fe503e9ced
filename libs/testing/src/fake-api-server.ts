import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccessTable, createAccessTable } from './access-table.ts';
import { answer, refuse } from './answer.ts';
import { answerReview, type Recorded, readRequest } from './api-request.ts';
import { Refusal } from './api-status.ts';
import { type Clock, systemClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import { readListOptions } from './list-options.ts';
import { chooseEncoding } from './object-encoding.ts';
import { createObjectLog } from './object-log.ts';
import { createPods, type Pods } from './pods.ts';
import { tooNew } from './refusals.ts';
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
  readonly watchers: Pick<Watchers, 'count' | 'bookmark' | 'end' | 'drop' | 'mute'>;
  /** Whether a watch may ask for the list that is there before; a real one has it on since 1.34. */
  watchList: boolean;
  /** Every request so far. */
  readonly requests: readonly Recorded[];
  /** Connections accepted so far, and those open now. */
  readonly connections: { readonly made: number; readonly open: number };
  /** Forgets the writes so far: who watches from before is told 410. */
  compact(): void;
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
  const faults = createFaults();
  const requests: Recorded[] = [];
  const sockets = new Set<unknown>();
  let made = 0;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    if (faults.strike(request.verb, response)) return;
    const user = access.identify(incoming.headers.authorization);
    const review = answerReview(request, user, access);
    if (review) return answer(incoming, response, review);
    const { verb, resource, apiGroup, namespace, name, query, body } = request;
    if (resource !== 'pods' && resource !== 'pods/status')
      throw new Refusal(404, 'the server could not find the requested resource');
    access.check({ user, verb, resource, apiGroup, namespace, ...(name && { name }) });
    switch (verb) {
      case 'watch': {
        const encoding = chooseEncoding(incoming.headers.accept);
        const options = readListOptions(query, true, server.watchList);
        return watchers.open({ ...options, namespace, encoding }, response);
      }
      case 'list': {
        const { version = 0, matches } = readListOptions(query, false, server.watchList);
        if (version > log.version) throw tooNew(version, log.version);
        // In a list the kind is said once.
        const items = log
          .list(namespace)
          .filter(matches)
          .map(({ metadata, spec, status }) => ({ metadata, spec, status }));
        const metadata = { resourceVersion: String(log.version) };
        return answer(incoming, response, { kind: 'PodList', apiVersion: 'v1', metadata, items });
      }
      case 'get':
        return answer(incoming, response, pods.get(namespace, name));
      case 'create':
        return answer(incoming, response, pods.create(namespace, body), 201);
      case 'patch': {
        const patched = pods.patch(namespace, name, body, resource === 'pods/status');
        return answer(incoming, response, patched);
      }
      case 'delete':
        return answer(incoming, response, pods.delete(namespace, name));
      default:
        throw new Refusal(405, 'the server does not allow this method on the requested resource');
    }
  };

  const listener = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => refuse(incoming, response, error));
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
    requests,
    get connections() {
      return { made, open: sockets.size };
    },
    compact: log.compact,
    close,
    [Symbol.asyncDispose]: close,
  };
  return server;
}
