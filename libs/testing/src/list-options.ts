import { Refusal } from './api-status.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { StoredPod } from './object-log.ts';
import { type FieldFault, forbiddenField, invalid, unknownValue } from './refusals.ts';

/** What a list or a watch asks for. */
export interface ListOptions {
  readonly matches: (pod: StoredPod) => boolean;
  /** Undefined: the newest; 0: what is at hand. */
  readonly version: number | undefined;
  /** The very version that is named, and no newer one. */
  readonly exact: boolean;
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
  const timeout = query.get('timeoutSeconds');
  const text = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.has('sendInitialEvents') ? isTrue(query, 'sendInitialEvents') : undefined;
  const faults = watch
    ? watchFaults(match, initial !== undefined, watchList)
    : listFaults(match, initial !== undefined, text);
  if (faults.length > 0) throw invalid('ListOptions.meta.k8s.io', '', faults);
  return {
    matches: (pod) => labels(pod.metadata.labels) && fields(pod),
    version: parseVersion(text, watch),
    exact: match === 'Exact',
    // A watch from no version or 0 has always begun with what is there.
    initialEvents: initial ?? (text === '' || text === '0'),
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

// The rules and their order are those of ValidateListOptions in k8s.io/apimachinery 0.35.

function listFaults(match: string, initial: boolean, version: string): FieldFault[] {
  const field = 'resourceVersionMatch';
  const faults: FieldFault[] = [];
  if (match !== '') {
    if (version === '')
      faults.push(
        forbiddenField(field, `${field} is forbidden unless resourceVersion is provided`),
      );
    if (match !== 'Exact' && match !== 'NotOlderThan')
      faults.push(unknownValue(field, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && version === '0')
      faults.push(forbiddenField(field, `${field} "exact" is forbidden for resourceVersion "0"`));
  }
  if (initial)
    faults.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return faults;
}

function watchFaults(match: string, initial: boolean, watchList: boolean): FieldFault[] {
  const field = 'resourceVersionMatch';
  const faults: FieldFault[] = [];
  if (initial && match !== 'NotOlderThan')
    faults.push(
      forbiddenField(field, `sendInitialEvents requires setting ${field} to NotOlderThan`),
    );
  if (initial && !watchList)
    faults.push(
      forbiddenField(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      ),
    );
  if (match !== '' && !initial)
    faults.push(
      forbiddenField(field, `${field} is forbidden for watch unless sendInitialEvents is provided`),
    );
  if (match !== '' && match !== 'NotOlderThan')
    faults.push(unknownValue(field, match, ['NotOlderThan']));
  return faults;
}

function parseVersion(text: string, watch: boolean): number | undefined {
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  const message = `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw watch
    ? new Refusal(500, message)
    : new Refusal(400, `invalid resource version: ${message}`);
}

function parseInteger(text: string): number {
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw new Refusal(400, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
