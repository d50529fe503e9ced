import { createBackoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { KubeError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { createObjectStore, type ObjectChange } from './object-store.ts';
import { describeRequest } from './request-path.ts';
import type { WatchEvent } from './watch-stream.ts';
import { createWatchdog } from './watchdog.ts';

/** Bookmarks come each minute, so a watch that is silent for longer than this is dead. */
const silenceMs = 90_000;
/** A watch that ends this soon and brought nothing is a failure, or we would spin. */
const shortMs = 1_000;

/** What the reflector is at. */
export type ReflectorState =
  | { readonly state: 'listing' }
  /** The picture is complete as of the version; a watch from there is being opened. */
  | { readonly state: 'connecting'; readonly resourceVersion: string }
  | { readonly state: 'streaming'; readonly resourceVersion: string }
  /** It failed and will try again; the picture stays. */
  | { readonly state: 'waiting'; readonly error: KubeError; readonly delayMs: number }
  | { readonly state: 'stopped' };

export interface ReflectOptions<T> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  /** The path of a collection, as `podsPath` makes it. */
  readonly path: string;
  readonly labelSelector?: string;
  /** Makes what is kept of an object; undefined keeps nothing. The object itself is let go. */
  readonly project: (object: KubeObject) => T | undefined;
  readonly onChange: (changes: readonly ObjectChange<T>[]) => void;
  /** A complete list has been taken over. */
  readonly onSynced?: () => void;
  readonly onState?: (state: ReflectorState) => void;
  /** One of these callbacks threw; the object it was about is passed over. */
  readonly onFault: (error: unknown) => void;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** A picture of a collection that follows it until stopped. */
export interface Reflector<T> extends AsyncDisposable {
  readonly state: ReflectorState;
  readonly values: ReadonlyMap<string, T>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/**
 * Follows a collection as client-go's reflector does: one LIST from the server's cache, then watches,
 * each resuming where the last one ended. It lists again only when the server has forgotten that
 * version, and never takes an older picture for a newer one. No failure ends it.
 */
export function reflect<T>(options: ReflectOptions<T>): Reflector<T> {
  const { client, path, labelSelector, clock = systemClock, random = Math.random } = options;
  const selector = labelSelector === undefined ? {} : { labelSelector };
  const about = describeRequest('GET', path, true);
  const guard = <A extends unknown[], R>(handler: (...args: A) => R) =>
    guarded(handler, options.onFault);
  const emit = guard(options.onChange);
  const store = createObjectStore(guard(options.project));
  const backoff = createBackoff(clock, random);
  const stopping = new AbortController();
  const { signal } = stopping;
  let state: ReflectorState = { state: 'listing' };
  /** The version of the picture, undefined while a list is due. */
  let version: string | undefined;
  /** `0`: from cache, however old; a version: not older than that; absent: from etcd. */
  let listFrom: string | undefined = '0';

  const setState = (next: ReflectorState): void => {
    state = next;
    guard(() => options.onState?.(next))();
  };
  const publish = (changes: ObjectChange<T>[]): void => {
    if (changes.length > 0) emit(changes);
  };

  const list = async (): Promise<string> => {
    setState({ state: 'listing' });
    const from = listFrom === undefined ? {} : { resourceVersion: listFrom };
    const { items, resourceVersion } = await client.list(path, { ...selector, ...from, signal });
    publish(store.replace(items));
    guard(() => options.onSynced?.())();
    return resourceVersion;
  };

  const apply = (event: WatchEvent): string => {
    if (event.type === 'BOOKMARK') return event.resourceVersion;
    publish(event.type === 'DELETED' ? store.delete(event.object) : store.set(event.object));
    return event.object.metadata.resourceVersion;
  };

  const follow = async (from: string): Promise<void> => {
    setState({ state: 'connecting', resourceVersion: from });
    const silent = new AbortController();
    const watchdog = createWatchdog(clock, silenceMs, () =>
      silent.abort(new KubeError('Silent', `not a word for ${silenceMs / 1000} s`, about)),
    );
    const begun = clock.now();
    try {
      const stream = await client.watch(path, {
        ...selector,
        resourceVersion: from,
        // Spread, so that the watches of a fleet do not end together.
        timeoutSeconds: Math.round(300 + 300 * random()),
        signal: AbortSignal.any([signal, silent.signal]),
      });
      setState({ state: 'streaming', resourceVersion: from });
      for await (const event of stream) {
        watchdog.feed();
        version = apply(event);
      }
    } finally {
      watchdog.stop();
    }
    if (version === from && clock.now() - begun < shortMs)
      throw new KubeError('Unreachable', 'the watch ended as soon as it began', about);
  };

  const recover = (error: unknown): KubeError => {
    const failure = KubeError.from(error, about);
    // What could not be read once can't be read from the same version again.
    const unreadable = failure.reason === 'Malformed' || failure.reason === 'TooLarge';
    if (failure.lostVersion || (unreadable && version !== undefined)) {
      listFrom = version;
      version = undefined;
    }
    return failure;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        version ??= await list();
        await follow(version);
      } catch (error) {
        if (signal.aborted) break;
        const failure = recover(error);
        const delayMs = backoff.next(failure);
        setState({ state: 'waiting', error: failure, delayMs });
        await sleep(clock, delayMs, signal);
      }
    }
    setState({ state: 'stopped' });
  };
  const running = run();

  const stop = (): Promise<void> => {
    stopping.abort();
    return running;
  };
  return {
    get state() {
      return state;
    },
    values: store.values,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Calls a handler that is not ours: what it throws goes to `onFault` and stops nothing. */
function guarded<A extends unknown[], R>(
  handler: (...args: A) => R,
  onFault: (error: unknown) => void,
): (...args: A) => R | undefined {
  return (...args) => {
    try {
      return handler(...args);
    } catch (error) {
      onFault(error);
      return undefined;
    }
  };
}
