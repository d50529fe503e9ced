import { decode, readText } from './body.ts';
import { createConnection } from './connection.ts';
import type { KubeConfig } from './credentials.ts';
import { endOf, withDeadline } from './deadline.ts';
import { KubeError } from './errors.ts';
import { type KubeObject, parseObject, parseVersion } from './object.ts';
import { describeRequest, type RequestAttributes } from './request-path.ts';
import { readWatchEvents, type WatchEvent } from './watch-stream.ts';

const maxListBytes = 256 * 1024 * 1024;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** For the whole exchange, in milliseconds. @default that of the client */
  readonly timeoutMs?: number;
}

export interface ListOptions {
  readonly labelSelector?: string;
  /** `0`: whatever the server has at hand; a version: not older; absent: the newest, from etcd. */
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends ListOptions {
  /** The server ends the watch then. */
  readonly timeoutSeconds?: number;
}

export interface ObjectList {
  readonly resourceVersion: string;
  readonly items: readonly KubeObject[];
}

/** The cluster API. Every method throws KubeError; an aborted signal's reason is thrown as it is. */
export interface KubeClient {
  readonly server: string;
  readonly namespace: string;
  /** Any request whose answer is JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<unknown>;
  list(path: string, options?: ListOptions): Promise<ObjectList>;
  /** Resolves when the server has begun to answer; bookmarks are asked for. */
  watch(path: string, options?: WatchOptions): Promise<AsyncIterable<WatchEvent>>;
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

/** Creates a client of one API server. `timeoutMs` is for each answer; a watch has it for its beginning. */
export function createKubeClient(
  config: KubeConfig,
  { timeoutMs: usualMs = 30_000 }: { readonly timeoutMs?: number } = {},
): KubeClient {
  const connection = createConnection(config);
  const closed = new AbortController();
  const closing = closed.signal;

  const request: KubeClient['request'] = (method, path, options = {}) => {
    const { query, body, contentType, signal: caller, timeoutMs = usualMs } = options;
    const about = describeRequest(method, path);
    return withDeadline({ timeoutMs, closing, caller }, about, async (signal) => {
      const response = await connection.send({
        method,
        target: path + search(query),
        headers: body === undefined ? common : { ...common, 'content-type': contentType ?? json },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal,
        about,
      });
      const text = await readText(decode(response), maxListBytes, about);
      return understand(about, () => JSON.parse(text));
    });
  };

  return {
    server: config.server,
    namespace: config.namespace,
    request,
    async list(path, { labelSelector, resourceVersion, ...options } = {}) {
      const query = { labelSelector, resourceVersion };
      const list = await request('GET', path, { ...options, query });
      return understand(describeRequest('GET', path), () => parseList(list));
    },
    async watch(path, { signal: caller, ...options } = {}) {
      const about = describeRequest('GET', path, true);
      const query = { ...options, watch: true, allowWatchBookmarks: true };
      const ends = { timeoutMs: usualMs, closing, caller };
      const target = path + search(query);
      const response = await withDeadline(ends, about, (signal) =>
        connection.send({ method: 'GET', target, headers: common, signal, about, long: true }),
      );
      return follow(readWatchEvents(decode(response), about), (error) => endOf(ends, error, about));
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

const json = 'application/json';
const common = { accept: json, 'accept-encoding': 'gzip', 'user-agent': 'micro-kube' };

function search(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text && `?${text}`;
}

function parseList(list: unknown): ObjectList {
  const { items } = list as { items?: unknown };
  if (items !== null && !Array.isArray(items))
    throw new TypeError(`expected a list with items, got ${JSON.stringify(list).slice(0, 100)}`);
  return { resourceVersion: parseVersion(list), items: (items ?? []).map(parseObject) };
}

function understand<T>(about: RequestAttributes, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new KubeError('Malformed', (error as Error).message, about, { cause: error });
  }
}

async function* follow(
  events: AsyncIterable<WatchEvent>,
  explain: (error: unknown) => unknown,
): AsyncGenerator<WatchEvent> {
  try {
    yield* events;
  } catch (error) {
    throw explain(error);
  }
}
