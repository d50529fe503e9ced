import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '@micro/kube';
import { describe, expect, test } from 'vitest';
import type { Node } from '../registry.ts';
import { createPodReader, nodesOf, type PodRecord } from './pod-record.ts';

const record = (changes: object = {}) =>
  JSON.stringify({
    name: 'greeter',
    version: '1',
    metadata: null,
    endpoints: null,
    nodes: [{ id: 'greeter-1', address: '10.0.0.1:9090', metadata: null }],
    ...changes,
  });
const running = { phase: 'Running', podIP: '10.0.0.1', ready: true, containersReady: true };

function podOf(
  { metadata = {}, status = {} }: { metadata?: object; status?: object } = {},
  text = record(),
): Pod {
  return {
    metadata: {
      name: 'greeter-1',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '1',
      labels: { 'micro.mu/type': 'service', 'micro.mu/selector-greeter': 'service' },
      annotations: { 'micro.mu/service-greeter': text },
      ...metadata,
    },
    status: { ...running, ...status },
  };
}

/** What is read of a pod, and what was said about what was not. */
function readPod(pod: Pod): {
  record: PodRecord | undefined;
  nodes: readonly Node[];
  problems: string[];
} {
  const problems: string[] = [];
  const record = createPodReader((_, read) => problems.push(...read))(pod, undefined);
  return { record, nodes: nodesOf(record), problems };
}

test('a pod has a hundred nodes at most, however many records', () => {
  const nodes = Array.from({ length: 60 }, (_, n) => ({ id: `n-${n}`, address: '10.0.0.1:9090' }));
  const names = ['a', 'b', 'c'];
  const pod = podOf({
    metadata: {
      labels: Object.fromEntries(names.map((name) => [`micro.mu/selector-${name}`, 'service'])),
      annotations: Object.fromEntries(
        names.map((name) => [`micro.mu/service-${name}`, record({ name, nodes })]),
      ),
    },
  });
  const { nodes: read, problems } = readPod(pod);
  expect(new Set(read.map(({ service }) => service))).toEqual(new Set(['a']));
  expect(problems).toEqual([
    expect.stringContaining('expected at most 100 nodes a pod, got more'),
    expect.stringContaining('expected at most 100 nodes a pod, got more'),
  ]);
});

test('reads the node of a pod that is up', () => {
  const node = {
    id: 'greeter-1',
    service: 'greeter',
    version: '1',
    address: '10.0.0.1:9090',
    metadata: {},
    endpoints: [],
  };
  expect(readPod(podOf())).toEqual({ record: node, nodes: [node], problems: [] });
});

test.each([
  ['is not running', 'waiting', { status: { phase: 'Pending' } }],
  ['has ended', 'waiting', { status: { phase: 'Succeeded' } }],
  ['is not ready', 'waiting', { status: { ready: false } }],
  ['has no address', 'waiting', { status: { podIP: '' } }],
  ['has an address that is none', 'waiting', { status: { podIP: 'example.org' } }],
  ['is on its way out', 'leaving', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  [
    'has no label of the service',
    undefined,
    { metadata: { labels: { 'micro.mu/type': 'service' } } },
  ],
  [
    'has a label that says no',
    undefined,
    { metadata: { labels: { 'micro.mu/selector-greeter': 'no' } } },
  ],
])('reads no node of a pod that %s', (_, record, changes) => {
  expect(readPod(podOf(changes))).toEqual({ record, nodes: [], problems: [] });
});

test('a pod that says the same keeps its record, one that says else gets another', () => {
  const read = createPodReader(() => {});
  const first = read(podOf(), undefined);
  expect(read(podOf(), first)).toBe(first);
  expect(read(podOf({}, record({ version: '2' })), first)).not.toBe(first);
  expect(read(podOf({ status: { phase: 'Failed' } }), first)).toBe('waiting');
});

test('a pod whose node is not heard stays as it was; whether it is there its connections tell', () => {
  const read = createPodReader(() => {});
  const live = read(podOf(), undefined);
  const unheard = podOf({ status: { ready: false } });
  expect(read(unheard, live)).toBe(live);
  expect(read(unheard, undefined)).toBe('waiting');
  const failing = podOf({ status: { ready: false, containersReady: false } });
  expect(read(failing, live)).toBe('waiting');
});

test('nodes share what they say alike', () => {
  const read = createPodReader(() => {});
  const endpoints = [{ name: 'Say.Hello', request: null, response: null, metadata: {} }];
  const [one, two] = ['1', '2'].map((id) => {
    const nodes = [{ id, address: '10.0.0.1:9090', metadata: { protocol: 'grpc' } }];
    return nodesOf(read(podOf({}, record({ endpoints, nodes })), undefined))[0]!;
  });
  expect(one).not.toBe(two);
  expect(one!.endpoints).toBe(two!.endpoints);
  expect(one!.metadata).toBe(two!.metadata);
});

test('takes the host from the status and only the port from the record', () => {
  const steering = record({
    nodes: [
      { id: '1', address: '169.254.169.254:80', metadata: null },
      { id: '2', address: 'example.org', port: 9091, metadata: null },
    ],
  });
  const addresses = (ip: string) =>
    readPod(podOf({ status: { podIP: ip } }, steering)).nodes.map(({ address }) => address);
  expect(addresses('10.0.0.1')).toEqual(['10.0.0.1:80', '10.0.0.1:9091']);
  expect(addresses('fd00::1')).toEqual(['[fd00::1]:80', '[fd00::1]:9091']);
});

test.each([
  ['{', /passed over annotation micro.mu\/service-greeter of pod shop\/greeter-1: .*JSON/],
  [record({ name: 'payments' }), /expected a record of greeter, got one of payments/],
  [record({ nodes: [{ id: '1', address: '10.0.0.1' }] }), /expected a node address as host:port/],
  [record({ nodes: [{ id: '1', address: '10.0.0.1', port: 0 }] }), /host:port/],
])('passes over a record that is wrong and reads the others: %.30s', (text, problem) => {
  const labels = {
    'micro.mu/selector-greeter': 'service',
    'micro.mu/selector-clock': 'service',
    'micro.mu/selector-lost': 'service',
  };
  const annotations = {
    'micro.mu/service-greeter': text,
    'micro.mu/service-clock': record({ name: 'clock' }),
  };
  const { nodes, problems } = readPod(podOf({ metadata: { labels, annotations } }));
  expect(nodes.map(({ service }) => service)).toEqual(['clock']);
  expect(problems).toEqual([
    expect.stringMatching(problem),
    'passed over annotation micro.mu/service-lost of pod shop/greeter-1: expected it beside the label, there is none',
  ]);
});

test('a name that names object internals is a name', () => {
  const labels = { 'micro.mu/selector-constructor': 'service' };
  expect(readPod(podOf({ metadata: { labels, annotations: {} } })).problems.length).toBe(1);
  const foreign = record({
    nodes: [{ id: '1', address: 'h:1', metadata: JSON.parse('{"__proto__":"x"}') }],
  });
  expect(Object.keys(readPod(podOf({}, foreign)).nodes[0]!.metadata)).toEqual(['__proto__']);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe('what go-micro 1.18 wrote', () => {
  const directory = join(import.meta.dirname, 'fixtures');
  const files = readdirSync(directory).filter((file) => file.startsWith('go-micro-'));
  const read = (file: string) => {
    const { metadata, status } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    return readPod(podOf({ metadata, status: { podIP: status.podIP } }));
  };

  test.each(files)('is read without a problem: %s', (file) => {
    const { nodes, problems } = read(file);
    expect(problems).toEqual([]);
    expect(nodes.length).toBeGreaterThan(0);
  });

  test('is read right: the greeter that answers gRPC', () => {
    expect(read('go-micro-1.18-grpc-greeter.json').nodes).toEqual([
      {
        id: 'go.micro.srv.greeter-17d763ae-a098-44d5-b694-5d21fad93951',
        service: 'go.micro.srv.greeter',
        version: 'latest',
        address: '10.244.0.6:35039',
        metadata: {
          broker: 'http',
          protocol: 'grpc',
          registry: 'kubernetes',
          server: 'grpc',
          transport: 'grpc',
        },
        endpoints: [
          {
            name: 'Say.Hello',
            request: {
              name: 'Request',
              type: 'Request',
              values: [{ name: 'name', type: 'string', values: [] }],
            },
            response: {
              name: 'Response',
              type: 'Response',
              values: [{ name: 'msg', type: 'string', values: [] }],
            },
            metadata: {},
          },
        ],
      },
    ]);
  });

  test('is read right: two services of one pod', () => {
    const summary = (file: string) =>
      read(file).nodes.map(({ service, version, address }) => `${service} ${version} ${address}`);
    expect(summary('go-micro-1.18-api.json')).toEqual([
      'go.micro.api 2026.11.23.15.10 10.244.0.3:35579',
      'go.micro.http.broker ff.http.broadcast 10.244.0.3:39779',
    ]);
    expect(summary('go-micro-1.18-rpc-greeter.json')).toEqual([
      'go.micro.http.broker ff.http.broadcast 10.244.0.4:42799',
      'go.micro.srv.greeter latest 10.244.0.4:43327',
    ]);
  });
});
