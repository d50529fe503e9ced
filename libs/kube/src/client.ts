import { observeChunks, readBytes } from './body.ts';
import { type Clock, systemClock } from './clock.ts';
import { createConnection } from './connection.ts';
import type { KubeConfig } from './credentials.ts';
import { endOf, withDeadline } from './deadline.ts';
import { KubeError } from './errors.ts';
import { type KubeObject, parseObject } from './object.ts';
import type { Pod } from './pod.ts';
import { type ListMetadata, readPodList } from './protobuf/pod-list.ts';
import { readWatchEvents, type WatchEvent } from './protobuf/watch-stream.ts';
import { describeRequest, podsPath, type RequestAttributes } from './request-path.ts';

/** What is asked for as JSON is an object or a few. */
const maxAnswerBytes = 16 * 1024 * 1024;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Whether it may be sent again when its connection ends before the answer. @default but for POST */
  readonly repeatable?: boolean;
  /** For the whole exchange, in milliseconds. @default that of the client */
  readonly timeoutMs?: number;
}

/** Which pods of a namespace. */
export interface PodSelector {
  /** `a=b,c,!d` */
  readonly labelSelector?: string;
  /** `metadata.name=…` */
  readonly fieldSelector?: string;
}

export interface ListOptions extends PodSelector {
  /** `0`: whatever the server has at hand; a version: not older; absent: the newest, from etcd. */
  readonly resourceVersion?: string;
  /** At most so many, and the rest on the next pages; it makes the server read etcd. */
  readonly limit?: number;
  /** The page that the one before named. */
  readonly continue?: string;
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends PodSelector {
  /** What came after this version. */
  readonly resourceVersion?: string;
  /** Begins with all that is there, as ADDED in any order, up to a bookmark that says so. */
  readonly sendInitialEvents?: boolean;
  /** The server ends the watch then. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Told of every chunk that arrives, how many bytes it has. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * The cluster API. Every method throws KubeError; an aborted signal's reason is thrown as it is.
 *
 * Pods are read in protobuf, and only what discovery needs of them: of 10 000 pods a quarter of the
 * time that JSON takes, and no garbage of their specs.
 */
export interface KubeClient {
  readonly server: string;
  readonly namespace: string;
  /** Any request whose answer is JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<unknown>;
  /** Hands over each pod of a namespace as it arrives. */
  listPods(
    namespace: string,
    options: ListOptions,
    onPod: (pod: Pod) => void,
  ): Promise<ListMetadata>;
  /** Resolves when the server has begun to answer; bookmarks are asked for. */
  watchPods(
    namespace: string,
    options?: WatchOptions,
  ): Promise<AsyncIterable<readonly WatchEvent[]>>;
  /** Applies a JSON merge patch: null removes. */
  patch(path: string, patch: unknown, options?: PatchOptions): Promise<KubeObject>;
  /** Ends every request and watch. */
  close(): void;
}

export interface PatchOptions {
  /** Who is said to have written it, in `metadata.managedFields`. */
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeClientOptions {
  /**
   * For each answer, in milliseconds; a list may take longer while it arrives, and a watch has it for
   * its beginning.
   *
   * @default 30000
   */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** Creates a client of one API server. */
export function createKubeClient(config: KubeConfig, options: KubeClientOptions = {}): KubeClient {
  const { timeoutMs: usualMs = 30_000, clock = systemClock } = options;
  const connection = createConnection(config);
  const closed = new AbortController();
  const closing = closed.signal;

  const request: KubeClient['request'] = (method, path, options = {}) => {
    const { query, body, contentType, repeatable, signal: caller, timeoutMs = usualMs } = options;
    const about = describeRequest(method, path);
    return withDeadline({ timeoutMs, clock, closing, caller }, about, async (signal) => {
      const content = { 'content-type': contentType ?? json };
      const response = await connection.send({
        method,
        target: path + search(query),
        repeatable,
        headers: { ...common, accept: json, ...(body !== undefined && content) },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal,
        about,
      });
      const text = await readBytes(response, maxAnswerBytes, about);
      return understand(about, () => JSON.parse(text.toString('utf8')));
    });
  };

  return {
    server: config.server,
    namespace: config.namespace,
    request,
    listPods(namespace, { signal: caller, ...query }, onPod) {
      const path = podsPath(namespace);
      const about = describeRequest('GET', path);
      const target = path + search(query);
      const ends = { timeoutMs: usualMs, clock, closing, caller };
      return withDeadline(ends, about, async (signal, putOff) => {
        const headers = { ...common, accept: protobuf };
        const response = await connection.send({ method: 'GET', target, headers, signal, about });
        return await readPodList(observeChunks(response, putOff), about, onPod);
      });
    },
    async watchPods(namespace, { signal: caller, onBytes, sendInitialEvents, ...query } = {}) {
      const path = podsPath(namespace);
      const about = describeRequest('GET', path, true);
      const initial = sendInitialEvents && {
        sendInitialEvents,
        resourceVersionMatch: 'NotOlderThan',
      };
      const target =
        path + search({ ...query, ...initial, watch: true, allowWatchBookmarks: true });
      const ends = { timeoutMs: usualMs, clock, closing, caller };
      const headers = { ...common, accept: `${protobuf};stream=watch` };
      const response = await withDeadline(ends, about, (signal) =>
        connection.send({ method: 'GET', target, headers, signal, about, long: true }),
      );
      const body = observeChunks(response, ({ length }) => onBytes?.(length));
      return follow(readWatchEvents(body, about), (error) => endOf(ends, error, about));
    },
    async patch(path, patch, { fieldManager, ...options } = {}) {
      const contentType = 'application/merge-patch+json';
      const query = { fieldManager };
      const object = await request('PATCH', path, { ...options, query, body: patch, contentType });
      return understand(describeRequest('PATCH', path), () => parseObject(object));
    },
    close() {
      closed.abort();
      connection.close();
    },
  };
}

// Not compressed: within a cluster gzip costs both sides more time than it saves.
const common = { 'user-agent': 'micro-kube' };
const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';

function search(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text && `?${text}`;
}

function understand<T>(about: RequestAttributes, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new KubeError('Malformed', (error as Error).message, about, { cause: error });
  }
}

async function* follow<T>(
  stream: AsyncIterable<T>,
  explain: (error: unknown) => unknown,
): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    throw explain(error);
  }
}
