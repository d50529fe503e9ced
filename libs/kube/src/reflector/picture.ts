import { KubeError } from '../errors.ts';
import type { Pod } from '../pod.ts';
import type { WatchEvent } from '../protobuf/watch-stream.ts';
import type { RequestAttributes } from '../request-path.ts';
import { createPodStore, type PodChange, type Project, type Renewal } from './pod-store.ts';
import { afterFailure, anew, beginning, type Position, reached } from './position.ts';
import { isNewer } from './version.ts';

/** Of fewer pods than these all may go unseen at once. */
const manyPods = 4;

/** What is known of a collection of pods, and up to where. */
export interface Picture<T> {
  readonly values: ReadonlyMap<string, T>;
  readonly position: Position;
  /** All there is comes now, by `add` or as the first events; what was known stays until it has come. */
  begin(): void;
  add(pod: Pod): void;
  /**
   * All there is has come.
   *
   * @throws KubeError `Suspect` if more than half of what was known is not in it, the first time.
   */
  complete(version: string): PodChange<T>[];
  /** @throws KubeError as `complete`, and `Malformed` if it is older than what is known. */
  apply(event: WatchEvent): PodChange<T>[];
  /** Draws from a failure where to go on. */
  fail(error: KubeError): void;
  /** Where to go on is with all there is. */
  doubt(): void;
}

export interface PictureOptions<T> {
  readonly project: Project<T>;
  readonly initial?: Iterable<readonly [uid: string, value: T]> | undefined;
  /** What errors are about. */
  readonly about: RequestAttributes;
}

export function createPicture<T>({ project, initial, about }: PictureOptions<T>): Picture<T> {
  const store = createPodStore(project, initial);
  let position = beginning;
  let whole: Renewal<T> | undefined;

  const complete = (version: string): PodChange<T>[] => {
    const [known, seen] = [store.values.size, whole?.size ?? 0];
    if (!position.confirming && known >= manyPods && seen * 2 < known)
      throw new KubeError(
        'Suspect',
        `expected most of ${known} pods, got ${seen}; asking again`,
        about,
      );
    const changes = whole?.take() ?? [];
    whole = undefined;
    position = reached(position, version);
    return changes;
  };
  /** The first events of a watch that begins with all there is come in no order of versions. */
  const applyFirst = (event: WatchEvent, to: Renewal<T>): PodChange<T>[] => {
    if (event.type === 'BOOKMARK')
      return event.initialEventsEnd ? complete(event.resourceVersion) : [];
    if (event.type === 'DELETED') to.delete(event.object);
    else to.set(event.object);
    return [];
  };

  return {
    values: store.values,
    get position() {
      return position;
    },
    begin() {
      whole = store.renew();
    },
    add(pod) {
      whole?.set(pod);
    },
    complete,
    apply(event) {
      if (whole) return applyFirst(event, whole);
      const version =
        event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
      if (position.version !== undefined && isNewer(position.version, version)) {
        const detail = `expected versions to go up, got ${version} after ${position.version}`;
        throw new KubeError('Malformed', detail, about);
      }
      position = reached(position, version);
      if (event.type === 'BOOKMARK') return [];
      return event.type === 'DELETED' ? store.delete(event.object) : store.set(event.object);
    },
    fail(error) {
      whole = undefined;
      position = afterFailure(position, error);
    },
    doubt() {
      position = anew(position);
    },
  };
}
