import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type AccessTable, createAccessTable } from './access-table.ts';
import { answerReview, type Recorded, readRequest } from './api-request.ts';
import { Refusal, tooNew } from './api-status.ts';
import { createFaults, type Faults } from './faults.ts';
import { parseSelector } from './label-selector.ts';
import { createObjectLog } from './object-log.ts';
import { createPods, type Pods } from './pods.ts';
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

/** Starts one. @param port To come back on after `close`, else any. */
export async function createFakeApiServer({ port = 0 } = {}): Promise<FakeApiServer> {
  const log = createObjectLog((entry) => watchers.tell(entry));
  const pods = createPods(log);
  const watchers = createWatchers(log);
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
    const matches = parseSelector(query.get('labelSelector') ?? '');
    const from = Number(query.get('resourceVersion') ?? '0');
    const timeoutSeconds = Number(query.get('timeoutSeconds') ?? '0');
    const bookmarks = query.get('allowWatchBookmarks') === 'true';
    switch (verb) {
      case 'watch':
        return watchers.open({ namespace, matches, from, bookmarks, timeoutSeconds }, response);
      case 'list': {
        if (from > log.version) throw tooNew(from, log.version);
        const items = log.list(namespace).filter((pod) => matches(pod.metadata.labels));
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

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
      answer(incoming, response, refusal.status, refusal.status.code);
    });
  });
  server.on('connection', (socket) => {
    made++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
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
    requests,
    get connections() {
      return { made, open: sockets.size };
    },
    compact: log.compact,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Bodies above 128 KiB are compressed for who takes it, as the real one does. */
function answer(
  { headers }: IncomingMessage,
  response: ServerResponse,
  value: unknown,
  status = 200,
): void {
  const text = JSON.stringify(value);
  const zip = text.length > 128 * 1024 && headers['accept-encoding']?.includes('gzip');
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(zip && { 'content-encoding': 'gzip' }),
  });
  response.end(zip ? gzipSync(text) : text);
}
