import { Refusal } from './api-status.ts';
import type { StoredPod } from './object-log.ts';

const fields: Readonly<Record<string, (pod: StoredPod) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace,
};

/** Reads `metadata.name=a,metadata.namespace!=b`. @throws Refusal for other fields, in the words for unknown ones. */
export function parseFieldSelector(text: string): (pod: StoredPod) => boolean {
  const checks = text
    .split(',')
    .filter((term) => term !== '')
    .map((term): ((pod: StoredPod) => boolean) => {
      const [, name = '', operator, value] = /^(.*?)(!=|==|=)(.*)$/.exec(term) ?? [];
      if (operator === undefined)
        throw new Refusal(400, `invalid selector: '${text}'; can't understand '${term}'`);
      const read = fields[name];
      if (!read) throw new Refusal(400, `field label not supported: ${name}`);
      return (pod) => (read(pod) === value) === (operator !== '!=');
    });
  return (pod) => checks.every((check) => check(pod));
}
