import type { Pod, PodMetadata, PodStatus } from '../pod.ts';
import { type Message, readFields } from './protobuf.ts';

/**
 * The numbers of the fields we read, of `k8s.io/api/core/v1/generated.proto` and
 * `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`. Released numbers never change.
 */
const fields = {
  pod: { metadata: 1, status: 3 },
  metadata: {
    name: 1,
    namespace: 3,
    uid: 5,
    resourceVersion: 6,
    deletionTimestamp: 9,
    labels: 11,
    annotations: 12,
  },
  status: { phase: 1, conditions: 2, podIP: 6 },
  condition: { type: 1, status: 2 },
  time: { seconds: 1 },
  entry: { key: 1, value: 2 },
} as const;

/** Reads a pod. @throws TypeError if it lacks what every stored pod has. */
export function readPod(message: Message): Pod {
  let metadata: PodMetadata | undefined;
  let status: PodStatus = { phase: '', podIP: '', ready: false, containersReady: false };
  readFields(message, (field, content) => {
    if (field === fields.pod.metadata) metadata = readMetadata(content());
    else if (field === fields.pod.status) status = readStatus(content());
  });
  if (!metadata?.name || !metadata.uid || !metadata.resourceVersion)
    throw new TypeError('expected a pod with a name, a uid and a resourceVersion');
  return { metadata, status };
}

/** Reads the metadata of an object of any kind, which for a bookmark is all there is. */
export function readAnyMetadata(message: Message): PodMetadata {
  let metadata: PodMetadata | undefined;
  readFields(message, (field, content) => {
    if (field === fields.pod.metadata) metadata = readMetadata(content());
  });
  if (!metadata?.resourceVersion) throw new TypeError('expected metadata.resourceVersion');
  return metadata;
}

function readMetadata(message: Message): PodMetadata {
  const { reader } = message;
  let name = '';
  let namespace = '';
  let uid = '';
  let resourceVersion = '';
  let deletionTimestamp: string | undefined;
  // A key like __proto__ is one like any other here.
  const labels: Record<string, string> = Object.create(null);
  const annotations: Record<string, string> = Object.create(null);
  readFields(message, (field, content) => {
    switch (field) {
      case fields.metadata.name:
        name = reader.string();
        break;
      case fields.metadata.namespace:
        namespace = reader.string();
        break;
      case fields.metadata.uid:
        uid = reader.string();
        break;
      case fields.metadata.resourceVersion:
        resourceVersion = reader.string();
        break;
      case fields.metadata.deletionTimestamp:
        deletionTimestamp = readTime(content());
        break;
      case fields.metadata.labels:
        readEntry(content(), labels);
        break;
      case fields.metadata.annotations:
        readEntry(content(), annotations);
        break;
    }
  });
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    labels,
    annotations,
  };
}

function readStatus(message: Message): PodStatus {
  const { reader } = message;
  let phase = '';
  let podIP = '';
  const met = new Set<string>();
  readFields(message, (field, content) => {
    if (field === fields.status.phase) phase = reader.string();
    else if (field === fields.status.podIP) podIP = reader.string();
    else if (field === fields.status.conditions) met.add(readMetCondition(content()));
  });
  return { phase, podIP, ready: met.has('Ready'), containersReady: met.has('ContainersReady') };
}

/** The type of a condition that is true; empty for one that is not. */
function readMetCondition(message: Message): string {
  const { reader } = message;
  let type = '';
  let status = '';
  readFields(message, (field) => {
    if (field === fields.condition.type) type = reader.string();
    else if (field === fields.condition.status) status = reader.string();
  });
  return status === 'True' ? type : '';
}

function readEntry(message: Message, entries: Record<string, string>): void {
  const { reader } = message;
  let key = '';
  let value = '';
  readFields(message, (field) => {
    if (field === fields.entry.key) key = reader.string();
    else if (field === fields.entry.value) value = reader.string();
  });
  entries[key] = value;
}

/** As JSON has it: `2026-11-25T04:00:00Z`. */
function readTime(message: Message): string | undefined {
  let seconds = 0;
  readFields(message, (field) => {
    if (field === fields.time.seconds) seconds = message.reader.varint();
  });
  // Go writes an empty Time for none within some objects.
  return seconds === 0 ? undefined : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
