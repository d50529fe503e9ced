import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Encoding, initialEventsEndAnnotation } from './encoding.ts';
import { createPodTemplate, type PodTemplate } from './template.ts';

/** Answers as an API server writes them in JSON. */
export function createJsonEncoding(): Encoding {
  const fixture = readFileSync(join(import.meta.dirname, 'fixtures/pod.json'), 'utf8');
  const { kind, apiVersion, ...pod } = JSON.parse(fixture);
  const head = JSON.stringify({ kind, apiVersion }).slice(0, -1);
  /** Within lists a pod does not say what it is; everywhere else it does. */
  const whole = (item: Buffer): Buffer[] => [Buffer.from(`${head},`), item.subarray(1)];
  const line = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
  const event = (type: string): PodTemplate =>
    createPodTemplate(line({ type, object: { kind, apiVersion, ...pod } }));

  return {
    name: 'json',
    mediaType: 'application/json',
    watchMediaType: 'application/json',
    pod: createPodTemplate(Buffer.from(JSON.stringify(pod))),
    object: (item) => Buffer.concat([...whole(item), newline]),
    listItem: (item) => Buffer.concat([item, comma]),
    list(items, resourceVersion, next) {
      const metadata = { resourceVersion, ...(next && { continue: next }) };
      const list = JSON.stringify({ kind: 'PodList', apiVersion, metadata, items: [] });
      return [
        Buffer.from(list.slice(0, -2)),
        items.subarray(0, -comma.length),
        Buffer.from(']}\n'),
      ];
    },
    added: event('ADDED'),
    modified: event('MODIFIED'),
    initialEventsEnd(resourceVersion) {
      const annotations = { [initialEventsEndAnnotation]: 'true' };
      const metadata = { resourceVersion, creationTimestamp: null, annotations };
      const object = { kind, apiVersion, metadata, spec: { containers: null }, status: {} };
      return line({ type: 'BOOKMARK', object });
    },
    status: (code, reason, message) =>
      line({ kind: 'Status', apiVersion, metadata: {}, status: 'Failure', message, reason, code }),
  };
}

const comma = Buffer.from(',');
const newline = Buffer.from('\n');
