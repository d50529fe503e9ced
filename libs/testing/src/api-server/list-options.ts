import { Refusal } from './api-status.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { StoredPod } from './object-log.ts';
import { type FieldFault, forbiddenField, invalid, unexpected, unknownValue } from './refusals.ts';

/** What a list or a watch asks for. */
export interface ListOptions {
  readonly matches: (pod: StoredPod) => boolean;
  /** Whether it asks for some only. */
  readonly selective: boolean;
  /** Undefined: the newest; 0: what is at hand. */
  readonly version: number | undefined;
  /** The very version that is named, and no newer one. */
  readonly exact: boolean;
  /** Of a list: how many at most; 0: all. */
  readonly limit: number;
  /** Of a list: where the page begins; empty: at the first. */
  readonly continueToken: string;
  /** Of a watch: begin with what is there. */
  readonly initialEvents: boolean;
  /** Of such a watch: say with a bookmark where that ends. */
  readonly markInitialEvents: boolean;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** Reads the query of a list or a watch, as one that has the feature WatchList or one that has not. */
export function readListOptions(
  query: URLSearchParams,
  watch: boolean,
  watchList: boolean,
): ListOptions {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  const limit = parseInteger(query.get('limit') ?? '0');
  const timeout = query.get('timeoutSeconds');
  const wish = readWish(query, watch && watchList);
  const faults = watch ? watchFaults(wish, watchList) : listFaults(wish);
  if (faults.length > 0) throw invalid('ListOptions.meta.k8s.io', '', faults);
  const version = parseVersion(wish.version, watch);
  return {
    matches: (pod) => labels(pod.metadata.labels) && fields(pod),
    selective: Boolean(query.get('labelSelector') || query.get('fieldSelector')),
    version,
    // A page of an old version is a page of that very version.
    exact: wish.match === 'Exact' || (wish.match === '' && limit > 0 && (version ?? 0) > 0),
    limit,
    continueToken: wish.continueToken,
    // A watch from no version or 0 has always begun with what is there.
    initialEvents: wish.initialEvents ?? ['', '0'].includes(wish.version),
    markInitialEvents: watchList,
    bookmarks: isTrue(query, 'allowWatchBookmarks'),
    timeoutSeconds: timeout === null ? undefined : parseInteger(timeout),
  };
}

/** Whether a flag of a query is set; it is by every word but these two. */
export function isTrue(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

/** What the rules below are about. */
interface VersionWish {
  readonly version: string;
  readonly match: string;
  readonly continueToken: string;
  readonly initialEvents: boolean | undefined;
}

// Defaults and rules, and the order of these, are those of SetListOptionsDefaults and
// ValidateListOptions in k8s.io/apimachinery 0.35.

function readWish(query: URLSearchParams, watchList: boolean): VersionWish {
  const wish: VersionWish = {
    version: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    initialEvents: query.has('sendInitialEvents') ? isTrue(query, 'sendInitialEvents') : undefined,
  };
  const asBefore = wish.initialEvents === undefined && wish.match === '';
  return watchList && asBefore && ['', '0'].includes(wish.version)
    ? { ...wish, initialEvents: true, match: 'NotOlderThan' }
    : wish;
}

const matchField = 'resourceVersionMatch';

function listFaults({ version, match, continueToken, initialEvents }: VersionWish): FieldFault[] {
  const faults: FieldFault[] = [];
  const forbid = (field: string, why: string) => faults.push(forbiddenField(field, why));
  if (match !== '') {
    if (version === '')
      forbid(matchField, `${matchField} is forbidden unless resourceVersion is provided`);
    if (continueToken !== '')
      forbid(matchField, `${matchField} is forbidden when continue is provided`);
    if (match !== 'Exact' && match !== 'NotOlderThan')
      faults.push(unknownValue(matchField, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && version === '0')
      forbid(matchField, `${matchField} "exact" is forbidden for resourceVersion "0"`);
  }
  if (initialEvents !== undefined)
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  return faults;
}

function watchFaults(wish: VersionWish, watchList: boolean): FieldFault[] {
  const { match, continueToken, initialEvents } = wish;
  const faults: FieldFault[] = [];
  const forbid = (field: string, why: string) => faults.push(forbiddenField(field, why));
  if (initialEvents !== undefined) {
    if (match !== 'NotOlderThan')
      forbid(matchField, `sendInitialEvents requires setting ${matchField} to NotOlderThan`);
    if (!watchList)
      forbid(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      );
  }
  if (match !== '') {
    if (initialEvents === undefined)
      forbid(
        matchField,
        `${matchField} is forbidden for watch unless sendInitialEvents is provided`,
      );
    if (match !== 'NotOlderThan') faults.push(unknownValue(matchField, match, ['NotOlderThan']));
    if (continueToken !== '')
      forbid(matchField, `${matchField} is forbidden when continue is provided`);
  }
  return faults;
}

function parseVersion(text: string, watch: boolean): number | undefined {
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  const message = `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw watch ? unexpected(message) : new Refusal(400, `invalid resource version: ${message}`);
}

function parseInteger(text: string): number {
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw new Refusal(400, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
