import { expect, test } from 'vitest';
import { chooseEncoding, decodeEvents, decodeObject } from './object-encoding.ts';
import { notFound } from './refusals.ts';

const protobuf = chooseEncoding('application/vnd.kubernetes.protobuf');

// What a kube-apiserver 1.35.4 sent.
const notFoundBytes = `6b387300 0a0c0a0276311206537461747573 12490a060a0012001a0012074661696c757265
  1a15706f647320226f6e655822206e6f7420666f756e6422084e6f74466f756e642a120a046f6e655812001a04706f6473
  280032003094031a002200`;
const bookmarkBytes = `000000900a08424f4f4b4d41524b1283010a80016b3873000a090a0276311203506f64126b0a36
  0a0012001a0022002a00320335393438004200 62210a196b38732e696f2f696e697469616c2d6576656e74732d656e64
  120474727565 121c1a003200420 04a005200580060006800820100 8a01009a0100c20100
  1a130a001a0022002a0032004a005a00720088010 01a002200`;
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

const bookmark = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { resourceVersion: '594', annotations: { 'k8s.io/initial-events-end': 'true' } },
  spec: { containers: null },
  status: {},
};

test('a status has the bytes of the real one', () => {
  const { status } = notFound('oneX');
  expect(protobuf.object(status)).toEqual(bytes(notFoundBytes));
  expect(decodeObject(bytes(notFoundBytes))).toEqual(status);
});

test('a bookmark has the bytes of the real one', () => {
  expect(protobuf.event('BOOKMARK', bookmark)).toEqual(bytes(bookmarkBytes));
  const { kind, apiVersion, metadata, status } = bookmark;
  expect(decodeEvents(bytes(bookmarkBytes))).toEqual([
    { type: 'BOOKMARK', object: { kind, apiVersion, metadata, spec: {}, status } },
  ]);
});

test('a pod is read as it was written', () => {
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'größe',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: '2026-11-25T04:09:34Z',
      deletionTimestamp: '2026-11-25T04:09:35Z',
      deletionGracePeriodSeconds: 0,
      labels: { a: '', b: 'x'.repeat(1000) },
      annotations: { text: 'ä✓𝄞' },
      finalizers: ['one', 'two'],
    },
    spec: { containers: [{ name: 'main', image: 'none' }], hostNetwork: true },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
      observedGeneration: 2 ** 40,
    },
  };
  expect(decodeObject(protobuf.object(pod))).toEqual(pod);
});

test.each([
  ['*/*', 'application/json'],
  ['application/vnd.kubernetes.protobuf;stream=watch, application/json', protobuf.mediaType],
  ['application/json, application/vnd.kubernetes.protobuf', 'application/json'],
  ['application/vnd.kubernetes.protobuf;q=0.1,application/json', 'application/json'],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json'],
])('who accepts %s gets %s', (accept, mediaType) => {
  expect(chooseEncoding(accept).mediaType).toBe(mediaType);
});

test.each([
  'text/html',
  'application/cbor',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
])('who accepts only %s is refused', (accept) => {
  expect(() => chooseEncoding(accept)).toThrow('406: Not Acceptable');
});
