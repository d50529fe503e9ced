import { expect, test } from 'vitest';
import { decodeEvents, decodeMessage, decodeObject } from './decode.ts';
import { createJsonEncoding } from './json.ts';
import { describePod } from './pod.ts';
import { createProtobufEncoding } from './protobuf.ts';

const json = createJsonEncoding();
const protobuf = createProtobufEncoding();
const texts = describePod(4_242, 9_090);

test('a pod is the same in JSON and in protobuf', () => {
  const pod = withoutEmpty(JSON.parse(json.pod(texts).toString()));
  expect(withoutEmpty(decodeMessage(protobuf.pod(texts), 'Pod'))).toEqual(pod);
  expect(pod).toMatchObject({
    metadata: {
      name: 'svc-042-b88dbd898-0039u',
      uid: texts.uid,
      resourceVersion: texts.version,
      labels: { 'micro.mu/selector-go.micro.srv.svc-042': 'service' },
    },
    status: { podIP: texts.ip, phase: 'Running' },
  });
});

test('its record is that of a node on its address', () => {
  const { metadata } = JSON.parse(json.pod(texts).toString());
  const record = JSON.parse(metadata.annotations['micro.mu/service-go.micro.srv.svc-042']);
  expect(record).toMatchObject({
    name: 'go.micro.srv.svc-042',
    endpoints: [{ name: 'S42.Hello' }, { name: 'S42.Count' }, { name: 'S42.Chat' }],
    nodes: [{ address: `${texts.ip}:9090`, metadata: { registry: 'kubernetes' } }],
  });
});

test.each([1, 2_500, 9_999])('pod %i is as long as the first', (index) => {
  const other = describePod(index, 9_090);
  for (const { pod } of [json, protobuf]) expect(pod(other).length).toBe(pod(texts).length);
});

test('a list is the same in both', () => {
  const lists = [json, protobuf].map((encoding) => {
    const items = [1, 2].map((index) => encoding.listItem(encoding.pod(describePod(index, 9_090))));
    return Buffer.concat(encoding.list(Buffer.concat(items), '77', '2'));
  });
  const [asJson, asProtobuf] = lists as [Buffer, Buffer];
  const list = withoutEmpty(JSON.parse(asJson.toString()));
  expect(withoutEmpty(decodeObject(asProtobuf))).toEqual(list);
  expect(list).toMatchObject({
    kind: 'PodList',
    metadata: { resourceVersion: '77', continue: '2' },
    items: [
      { metadata: { name: 'svc-000-b88dbd898-00001' } },
      { status: { podIP: '127.1.10.12' } },
    ],
  });
});

test('the events of a watch are the same in both', () => {
  const streams = [json, protobuf].map((encoding) =>
    Buffer.concat([
      encoding.added(texts),
      encoding.modified({ ...texts, phase: 'Pending' }),
      encoding.initialEventsEnd('78'),
    ]),
  );
  const [asJson, asProtobuf] = streams as [Buffer, Buffer];
  const events = asJson
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => withoutEmpty(JSON.parse(line)));
  expect(decodeEvents(asProtobuf).map(withoutEmpty)).toEqual(events);
  expect(events).toMatchObject([
    { type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1', status: { phase: 'Running' } } },
    { type: 'MODIFIED', object: { status: { phase: 'Pending' } } },
    {
      type: 'BOOKMARK',
      object: {
        metadata: {
          resourceVersion: '78',
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    },
  ]);
});

test('a refusal is the same in both', () => {
  const [asJson, asProtobuf] = [json, protobuf].map(({ status }) => status(422, 'Invalid', 'no'));
  const refusal = withoutEmpty(JSON.parse(String(asJson)));
  expect(withoutEmpty(decodeObject(asProtobuf as Buffer))).toEqual(refusal);
  expect(refusal).toMatchObject({ kind: 'Status', code: 422, reason: 'Invalid' });
});

/** Leaves out what protobuf says by leaving it out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    // Managed fields are all empty objects; as text they stay.
    .map(([key, inner]) => [key, key === 'fieldsV1' ? JSON.stringify(inner) : withoutEmpty(inner)])
    .filter(([, inner]) => !isEmpty(inner));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}
