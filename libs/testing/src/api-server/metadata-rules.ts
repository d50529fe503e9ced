import type { Labels } from './label-selector.ts';
import type { StoredPod } from './object-log.ts';
import { type FieldFault, wrongValue } from './refusals.ts';

// Rules, words and limits are those of k8s.io/apimachinery 0.35, pkg/api/validation and pkg/util/validation.

const maxNameBytes = 63;
const maxAnnotationsBytes = 256 * 1024;

/** What is wrong with the labels and annotations of a pod. */
export function metadataFaults({ labels = {}, annotations = {} }: StoredPod['metadata']) {
  const faults: FieldFault[] = [];
  for (const [key, value] of Object.entries(labels)) {
    for (const why of keyFaults(key)) faults.push(wrongValue('metadata.labels', key, why));
    for (const why of valueFaults(value)) faults.push(wrongValue('metadata.labels', value, why));
  }
  for (const key of Object.keys(annotations))
    for (const why of keyFaults(key.toLowerCase()))
      faults.push(wrongValue('metadata.annotations', key, why));
  if (sizeOf(annotations) > maxAnnotationsBytes)
    faults.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxAnnotationsBytes} bytes`,
      field: 'metadata.annotations',
    });
  return faults;
}

const name = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function keyFaults(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2)
    return [
      `a valid label key ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const last = parts.at(-1) ?? '';
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined && !subdomain.test(prefix))
    faults.push(
      "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    );
  if (last === '') faults.push('name part must be non-empty');
  else if (Buffer.byteLength(last) > maxNameBytes)
    faults.push(`name part must be no more than ${maxNameBytes} bytes`);
  if (!name.test(last)) faults.push(`name part ${nameRule}`);
  return faults;
}

function valueFaults(value: string): string[] {
  const faults: string[] = [];
  if (Buffer.byteLength(value) > maxNameBytes)
    faults.push(`must be no more than ${maxNameBytes} bytes`);
  if (value !== '' && !name.test(value))
    faults.push(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    );
  return faults;
}

function sizeOf(annotations: Labels): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}
