import type { KubeClient, PodSelector } from '../client.ts';
import { type Clock, sleep, systemClock } from '../clock.ts';
import { KubeError } from '../errors.ts';
import type { WatchEvent } from '../protobuf/watch-stream.ts';
import { describeRequest, podsPath } from '../request-path.ts';
import { nextTurn } from '../turns.ts';
import { createWatchdog } from '../watchdog.ts';
import { createBackoff } from './backoff.ts';
import { guardedBy } from './guarded.ts';
import { listWhole } from './list-whole.ts';
import { createPicture } from './picture.ts';
import { mergeChanges, type PodChange, type Project } from './pod-store.ts';

/** Bookmarks come each minute, so a watch that is silent for longer than this is dead. */
const silenceMs = 90_000;
/** A watch that ends this soon and brought nothing is a failure, or we would spin. */
const shortMs = 1_000;
/** Of more changes the rest is told on the next turns of the event loop: a first picture is thousands. */
const maxTold = 1_000;

/** What the reflector is at. */
export type ReflectorState =
  /** It asks for all there is. */
  | { readonly state: 'listing' }
  /** The picture is complete as of the version; a watch from there is being opened. */
  | { readonly state: 'connecting'; readonly resourceVersion: string }
  | { readonly state: 'streaming'; readonly resourceVersion: string }
  /** It failed and will try again; the picture stays. */
  | { readonly state: 'waiting'; readonly error: KubeError; readonly delayMs: number }
  | { readonly state: 'stopped' };

export interface ReflectOptions<T> extends PodSelector {
  readonly client: Pick<KubeClient, 'listPods' | 'watchPods'>;
  readonly namespace: string;
  readonly project: Project<T>;
  /** Changes that became known together, one a pod; of very many a part at a time. */
  readonly onChange: (changes: readonly PodChange<T>[]) => void;
  /** All there is has been taken over, after `durationMs`; its changes have been told. */
  readonly onSynced?: (durationMs: number) => void;
  readonly onState?: (state: ReflectorState) => void;
  /** So many bytes of a watch have come. */
  readonly onBytes?: (bytes: number) => void;
  /** One of these callbacks threw; the pod it was about is passed over. */
  readonly onFault: (error: unknown) => void;
  /** What was known before; it stays until the server has said all there is. */
  readonly initial?: Iterable<readonly [uid: string, value: T]>;
  /** After how long, in milliseconds, to ask for all there is again. @default never */
  readonly relistMs?: number;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** A picture of the pods of a namespace that follows them until stopped. */
export interface Reflector<T> extends AsyncDisposable {
  readonly state: ReflectorState;
  /** By uid. */
  readonly values: ReadonlyMap<string, T>;
  /** How long the server has said nothing, in milliseconds; undefined before it has said anything. */
  readonly silentMs: number | undefined;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/**
 * Follows pods as client-go's reflector does: it takes all there is from the server's cache, then
 * watches, each time from where the last watch ended. It asks for all again only when the server has
 * forgotten that version, and never takes an older picture for a newer one. No failure ends it.
 */
export function reflect<T>(options: ReflectOptions<T>): Reflector<T> {
  const { client, namespace, clock = systemClock, random = Math.random } = options;
  const { labelSelector, fieldSelector, relistMs = Number.POSITIVE_INFINITY } = options;
  const selector = {
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
  const about = describeRequest('GET', podsPath(namespace), true);
  const guard = guardedBy(options.onFault);
  const emit = guard(options.onChange);
  const { initial } = options;
  const picture = createPicture({ project: guard(options.project), initial, about });
  const backoff = createBackoff(clock, random);
  const stopping = new AbortController();
  const { signal } = stopping;
  let state: ReflectorState = { state: 'listing' };
  let begunAt = clock.now();
  let syncedAt = Number.POSITIVE_INFINITY;
  let heardAt: number | undefined;

  const setState = (next: ReflectorState): void => {
    state = next;
    guard(() => options.onState?.(next))();
  };
  const publish = async (changes: readonly PodChange<T>[]): Promise<void> => {
    for (let at = 0; at < changes.length; at += maxTold) {
      if (at > 0) await nextTurn();
      signal.throwIfAborted();
      emit(changes.slice(at, at + maxTold));
    }
  };
  const begin = (): void => {
    setState({ state: 'listing' });
    begunAt = clock.now();
    picture.begin();
  };
  const synced = (): void => {
    syncedAt = clock.now();
    guard(() => options.onSynced?.(syncedAt - begunAt))();
  };

  const list = async (): Promise<void> => {
    const { notOlderThan } = picture.position;
    const query = { ...selector, signal };
    const version = await listWhole(client, namespace, query, notOlderThan, begin, picture.add);
    heardAt = clock.now();
    await publish(picture.complete(version));
    synced();
  };

  const watch = async (): Promise<void> => {
    const { version, notOlderThan } = picture.position;
    if (version === undefined) begin();
    else setState({ state: 'connecting', resourceVersion: version });
    const silent = new AbortController();
    const watchdog = createWatchdog(clock, silenceMs, () =>
      silent.abort(new KubeError('Silent', `not a word for ${silenceMs / 1000} s`, about)),
    );
    const openedAt = clock.now();
    try {
      const stream = await client.watchPods(namespace, {
        ...selector,
        resourceVersion: version ?? notOlderThan,
        ...(version === undefined && { sendInitialEvents: true }),
        // Spread, so that the watches of a fleet do not end together.
        timeoutSeconds: Math.round(300 + 300 * random()),
        signal: AbortSignal.any([signal, silent.signal]),
        ...(options.onBytes && { onBytes: guard(options.onBytes) }),
      });
      if (version !== undefined) setState({ state: 'streaming', resourceVersion: version });
      for await (const events of stream) {
        watchdog.feed();
        heardAt = clock.now();
        await follow(events);
      }
    } finally {
      watchdog.stop();
    }
    if (picture.position.version === version && clock.now() - openedAt < shortMs)
      throw new KubeError('Unreachable', 'the watch ended as soon as it began', about);
  };

  const follow = async (events: readonly WatchEvent[]): Promise<void> => {
    const wasWhole = picture.position.version !== undefined;
    const became: PodChange<T>[][] = [];
    try {
      for (const event of events) became.push(picture.apply(event));
    } finally {
      await publish(mergeChanges(became));
    }
    const resourceVersion = picture.position.version;
    if (wasWhole || resourceVersion === undefined) return;
    synced();
    setState({ state: 'streaming', resourceVersion });
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (clock.now() - syncedAt > relistMs) picture.doubt();
        const { version, watchList } = picture.position;
        if (version === undefined && !watchList) await list();
        await watch();
      } catch (error) {
        if (signal.aborted) break;
        const failure = KubeError.from(error, about);
        const { watchList } = picture.position;
        picture.fail(failure);
        if (picture.position.watchList !== watchList) continue;
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
    values: picture.values,
    get silentMs() {
      return heardAt === undefined ? undefined : clock.now() - heardAt;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
