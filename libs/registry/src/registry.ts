/** What a node answers on: one method of a service, in go-micro's words. */
export interface Endpoint {
  /** `Say.Hello`: the proto service's name without its package, a dot, the method's name. */
  readonly name: string;
  /** The request's fields, or null where the writer did not say. */
  readonly request: Value | null;
  /** The response's fields, or null where the writer did not say. */
  readonly response: Value | null;
  /** `stream: "true"` for streams, `public: "true"` for what a gateway may offer to the outside. */
  readonly metadata: Metadata;
}

/** A message or a field of one: `{ name: "name", type: "string", values: [] }`. */
export interface Value {
  readonly name: string;
  readonly type: string;
  /** The fields of a message; empty for a scalar. */
  readonly values: readonly Value[];
}

export type Metadata = Readonly<Record<string, string>>;

/** One running process of a service: what a registration says and a watch shows. */
export interface Node {
  /** Unique within the service where all are honest; by convention `<service>-<uuid>`. */
  readonly id: string;
  /** The service's name, `go.micro.srv.greeter`. */
  readonly service: string;
  readonly version: string;
  /** Where it answers gRPC: `host:port`, an IPv6 host in brackets. */
  readonly address: string;
  readonly metadata: Metadata;
  readonly endpoints: readonly Endpoint[];
}

/** What became of one node. An update carries the node as it is now, a removal as it was last. */
export interface Change {
  readonly type: 'added' | 'updated' | 'removed';
  readonly node: Node;
}

/**
 * How true the pictures are: `idle` while nobody watches, `starting` before the first complete one,
 * `synced` while they follow, `stale` while the source can't be reached, or has not said yet that what
 * was known before still holds.
 */
export interface Status {
  readonly state: 'idle' | 'starting' | 'synced' | 'stale';
  /** Why it is not synced, in a sentence for people. */
  readonly reason?: string;
  /** How long the source has said nothing, in milliseconds; absent where it says nothing by itself. */
  readonly silentMs?: number;
  /** How many registrations there are, by what they are good for. */
  readonly counts?: Counts;
}

/** Registrations by whether they can be called. */
export interface Counts {
  /** Shown as nodes. */
  readonly live: number;
  /** Not up yet, or not ready. */
  readonly waiting: number;
  /** On their way out. */
  readonly leaving: number;
  /** Without a record that can be read. */
  readonly broken: number;
  /** Shown for a moment longer, for most nodes of their service went at once. */
  readonly draining: number;
}

/** Nodes now and from now on. Reading never waits and never fails. */
export interface View extends AsyncIterable<Change> {
  /** The nodes as last heard; a new array after each change, the same one between changes. */
  readonly nodes: readonly Node[];
  /** Resolves once `nodes` has been complete for the first time, or the view is closed. */
  readonly synced: Promise<void>;
  /**
   * Calls `listener` after each change, synchronously; returns the way to stop. One that throws is
   * warned of and stands in nobody's way.
   */
  subscribe(listener: (change: Change) => void): () => void;
  /** Yields every present node as `added`, then each change, until the view is closed. */
  [Symbol.asyncIterator](): AsyncIterator<Change>;
  close(): void;
}

export interface RegisterOptions {
  /**
   * How long the registration lives without being repeated, in milliseconds. A form whose source
   * knows when a process dies (kubernetes) has no use for it.
   */
  readonly ttlMs?: number;
}

/** Who is where. Every form passes the suite in `contract.ts`. */
export interface Registry {
  /** The name it is chosen by with `--registry`. */
  readonly kind: string;
  /** Where it looks, in words for people: `namespace micro`. Absent where there is but one place. */
  readonly scope?: string;
  /** Whether a registration is forgotten unless it is repeated within its time to live. */
  readonly expires: boolean;
  readonly status: Status;
  /**
   * Writes or overwrites this process's registration of `node.service`.
   *
   * @throws TypeError if the node can't be registered as it is.
   * @throws RegistryError if the source refused or could not be reached; it may be tried again.
   */
  register(node: Node, options?: RegisterOptions): Promise<void>;
  /** Takes the registration back. Not being registered is not an error. */
  deregister(node: Node): Promise<void>;
  /** Follows one service, or all of them. All views of a registry share one source. */
  watch(service?: string): View;
  /**
   * Stops following and frees what it holds. Registrations stay as they are, except in mdns, whose
   * record is the process itself: it says goodbye.
   */
  close(): Promise<void>;
}

/** Why a registry could not do what it was asked. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /**
   * `forbidden`: a permission is missing; `unavailable`: the source can't be reached; `refused`: it
   * said no; `gone`: what was to be registered is no longer there, so that no try will ever succeed.
   */
  readonly code: 'forbidden' | 'unavailable' | 'refused' | 'gone';

  constructor(code: RegistryError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
