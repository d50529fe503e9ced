import type { StoredPod } from './object-log.ts';
import { goKind } from './patch-kinds.ts';
import { asRecord } from './protobuf.ts';
import { invalid, wrongValue } from './refusals.ts';

/**
 * Brings a pod that somebody sent into the form it is kept in: the fields the fake knows, without
 * the empty ones, maps in the order of their keys.
 *
 * @throws Refusal for another kind, and for metadata of another type.
 */
export function formPod(sent: unknown): StoredPod {
  const { apiVersion, kind, metadata, spec, status } = asRecord(sent);
  const misfit = (why: string) => invalid('', '', [wrongValue('patch', JSON.stringify(sent), why)]);
  if (kind !== 'Pod' || apiVersion !== 'v1')
    throw misfit(`no kind "${kind}" is registered for version "${apiVersion}" in scheme`);
  const formed: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(metadataFields)) {
    const value = asRecord(metadata)[name];
    if (isEmpty(value)) continue;
    const [wrong, wanted] = check(value) ?? [];
    if (wanted !== undefined)
      throw misfit(
        `json: cannot unmarshal ${goKind(wrong)} into Go struct field ObjectMeta.metadata.${name} of type ${wanted}`,
      );
    formed[name] = check === textMap ? sortKeys(value) : value;
  }
  // Of the types that were checked; who calls sets those that a pod must have.
  return { apiVersion, kind, metadata: formed as unknown as StoredPod['metadata'], spec, status };
}

/** The part of a value that is of another type, and the type it should have; nothing if it fits. */
type Check = (value: unknown) => readonly [wrong: unknown, wanted: string] | undefined;

const text: Check = (value) => (typeof value === 'string' ? undefined : [value, 'string']);
const number: Check = (value) => (typeof value === 'number' ? undefined : [value, 'int64']);
const textMap: Check = (value) =>
  goKind(value) === 'object' ? all(value, text) : [value, 'map[string]string'];
const textList: Check = (value) => (Array.isArray(value) ? all(value, text) : [value, '[]string']);

const metadataFields: Readonly<Record<string, Check>> = {
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: number,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: number,
  labels: textMap,
  annotations: textMap,
  finalizers: textList,
};

function all(values: unknown, check: Check): ReturnType<Check> {
  for (const value of Object.values(asRecord(values))) {
    const fault = check(value);
    if (fault) return fault;
  }
  return undefined;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function sortKeys(map: unknown): object {
  return Object.fromEntries(Object.entries(asRecord(map)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
