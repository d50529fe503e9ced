import type { MessageShape } from './protobuf.ts';

// Numbers and forms are those of `generated.proto` in k8s.io/apimachinery 0.35 and k8s.io/api 0.35.
// Fields that a pod of the fake cannot have are left out.

/** What every object is wrapped in, after the four bytes `k8s\0`. */
export const unknownShape: MessageShape = {
  typeMeta: [1, { one: { apiVersion: [1, 'string'], kind: [2, 'string'] } }],
  raw: [2, 'bytes'],
  contentEncoding: [3, 'string'],
  contentType: [4, 'string'],
};

/** An event of a watch; `raw` is a wrapped object. */
export const watchEventShape: MessageShape = {
  type: [1, 'string'],
  object: [2, { one: { raw: [1, 'bytes'] } }],
};

const listMeta: MessageShape = {
  selfLink: [1, 'string'],
  resourceVersion: [2, 'string'],
  continue: [3, 'string'],
  remainingItemCount: [4, 'int?'],
};

const objectMeta: MessageShape = {
  name: [1, 'string'],
  generateName: [2, 'string'],
  namespace: [3, 'string'],
  selfLink: [4, 'string'],
  uid: [5, 'string'],
  resourceVersion: [6, 'string'],
  generation: [7, 'int'],
  creationTimestamp: [8, 'time'],
  deletionTimestamp: [9, 'time?'],
  deletionGracePeriodSeconds: [10, 'int?'],
  labels: [11, 'map'],
  annotations: [12, 'map'],
  finalizers: [14, 'strings'],
};

const podSpec: MessageShape = {
  containers: [2, { many: { name: [1, 'string'], image: [2, 'string'] } }],
  restartPolicy: [3, 'string'],
  dnsPolicy: [6, 'string'],
  serviceAccountName: [8, 'string'],
  serviceAccount: [9, 'string'],
  nodeName: [10, 'string'],
  hostNetwork: [11, 'bool'],
  hostPID: [12, 'bool'],
  hostIPC: [13, 'bool'],
  hostname: [16, 'string'],
  subdomain: [17, 'string'],
  schedulerName: [19, 'string'],
  priorityClassName: [24, 'string'],
};

const podCondition: MessageShape = {
  type: [1, 'string'],
  status: [2, 'string'],
  lastProbeTime: [3, 'time'],
  lastTransitionTime: [4, 'time'],
  reason: [5, 'string'],
  message: [6, 'string'],
  observedGeneration: [7, 'int'],
};

const podStatus: MessageShape = {
  phase: [1, 'string'],
  conditions: [2, { many: podCondition }],
  message: [3, 'string'],
  reason: [4, 'string'],
  hostIP: [5, 'string'],
  podIP: [6, 'string'],
  qosClass: [9, 'string'],
  nominatedNodeName: [11, 'string'],
  podIPs: [12, { many: { ip: [1, 'string'] } }],
  resize: [14, 'string'],
  observedGeneration: [17, 'int'],
};

const pod: MessageShape = {
  metadata: [1, { one: objectMeta }],
  spec: [2, { one: podSpec }],
  status: [3, { one: podStatus }],
};

const statusDetails: MessageShape = {
  name: [1, 'string'],
  group: [2, 'string'],
  kind: [3, 'string'],
  causes: [4, { many: { reason: [1, 'string'], message: [2, 'string'], field: [3, 'string'] } }],
  retryAfterSeconds: [5, 'int'],
  uid: [6, 'string'],
};

/** The kinds that are also spoken in protobuf. */
export const kindShapes: Readonly<Record<string, MessageShape>> = {
  Pod: pod,
  PodList: { metadata: [1, { one: listMeta }], items: [2, { many: pod }] },
  Status: {
    metadata: [1, { one: listMeta }],
    status: [2, 'string'],
    message: [3, 'string'],
    reason: [4, 'string'],
    details: [5, { maybe: statusDetails }],
    code: [6, 'int'],
  },
};
