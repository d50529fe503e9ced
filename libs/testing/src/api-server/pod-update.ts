import { isDeepStrictEqual } from 'node:util';
import { Refusal } from './api-status.ts';
import { metadataFaults } from './metadata-rules.ts';
import type { StoredPod } from './object-log.ts';
import { forbiddenField, invalid, modified, unexpected, wrongValue } from './refusals.ts';

/**
 * What is stored when `wanted` is written over `before`: some fields are the server's, the others are
 * checked.
 *
 * @param status Through the subresource, which writes the status and no spec.
 * @throws Refusal
 */
export function updatePod(before: StoredPod, wanted: StoredPod, status: boolean): StoredPod {
  checkAddress(wanted, before);
  const { uid, deletionTimestamp } = wanted.metadata;
  const { resourceVersion, generation, creationTimestamp } = before.metadata;
  const faults = [];
  if (uid !== undefined && uid !== before.metadata.uid)
    faults.push(wrongValue('metadata.uid', uid, 'field is immutable'));
  if (deletionTimestamp !== before.metadata.deletionTimestamp && !status)
    faults.push(
      wrongValue('metadata.deletionTimestamp', deletionTimestamp ?? 'null', 'field is immutable'),
    );
  faults.push(...metadataFaults(wanted.metadata));
  if (!status && !isDeepStrictEqual(wanted.spec, before.spec))
    faults.push(forbiddenField('spec', 'the fake API server lets nobody change the spec of a pod'));
  if (faults.length > 0) throw invalid('Pod', before.metadata.name, faults);
  const own = { uid: before.metadata.uid, resourceVersion, generation, creationTimestamp };
  return {
    ...before,
    metadata: { ...wanted.metadata, ...own },
    status: status ? wanted.status : before.status,
  };
}

/** Whether it is for this object at all, and for this version of it. */
function checkAddress({ metadata: wanted }: StoredPod, { metadata }: StoredPod): void {
  if (wanted.name === undefined)
    throw new Refusal(
      400,
      `the name of the object (${metadata.name} based on URL) was undeterminable: name must be provided`,
    );
  if (wanted.name !== metadata.name)
    throw new Refusal(
      400,
      `the name of the object (${wanted.name}) does not match the name on the URL (${metadata.name})`,
    );
  if (wanted.namespace !== metadata.namespace)
    throw new Refusal(
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  const version = wanted.resourceVersion ?? '0';
  if (!/^\d+$/.test(version))
    throw unexpected(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  if (version !== '0' && version !== metadata.resourceVersion) throw modified(metadata.name);
}
