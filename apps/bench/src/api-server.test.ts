import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeEvents, decodeObject } from './api-server/decode.ts';
import { nowUs } from './api-server/emitter.ts';
import { type ApiServer, createApiServer } from './api-server.ts';

const everyPod = 'labelSelector=micro.mu/type%3Dservice';
const oneService = 'labelSelector=micro.mu/selector-go.micro.srv.svc-042%3Dservice';
const asProtobuf = { accept: 'application/vnd.kubernetes.protobuf' };

let server: ApiServer;

// All its pods are written here, once.
beforeAll(async () => {
  server = await createApiServer();
}, 60_000);

afterAll(() => server[Symbol.asyncDispose]());

function get(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1/namespaces/micro/pods${query}`, { headers });
}

interface List {
  metadata: { resourceVersion: string; continue?: string };
  items: { metadata: { name: string } }[];
}

/** Reads a list in JSON. */
async function readList(answer: Promise<Response>): Promise<List> {
  return (await (await answer).json()) as List;
}

test('a list has ten thousand pods, each of its own name', async () => {
  const list = await readList(get(`?${everyPod}`));
  expect(new Set(list.items.map((pod) => pod.metadata.name)).size).toBe(10_000);
});

test('a selector of one service has its hundred pods', async () => {
  const answer = await get(`?${oneService}`, asProtobuf);
  expect(answer.headers.get('content-type')).toBe(asProtobuf.accept);
  const list = decodeObject(Buffer.from(await answer.arrayBuffer())) as unknown as List;
  expect(list.items.map((pod) => pod.metadata.name.slice(0, 8))).toEqual(
    Array.from({ length: 100 }, () => 'svc-042-'),
  );
});

test('pages follow each other to the last', async () => {
  const names: string[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const after = next && `&continue=${next}`;
    const page = await readList(get(`?${oneService}&limit=40${after}`));
    names.push(...page.items.map((pod) => pod.metadata.name));
    next = page.metadata.continue;
  }
  expect(new Set(names).size).toBe(100);
});

test('from the cache, version 0, there are no pages', async () => {
  const list = await readList(get(`?${oneService}&limit=40&resourceVersion=0`));
  expect(list.items.length).toBe(100);
});

test('a pod is found by its name, and one that is none is not', async () => {
  const pod: unknown = await (await get('/svc-042-b88dbd898-0039u')).json();
  expect(pod).toHaveProperty('metadata.name', 'svc-042-b88dbd898-0039u');
  expect((await get('/svc-999-b88dbd898-zzzzz')).status).toBe(404);
});

const watchList = `?${oneService}&watch=true&sendInitialEvents=true`;

test.each([
  ['json', {}],
  ['protobuf', { accept: `${asProtobuf.accept};stream=watch` }],
])(
  'a watch as %s begins with every pod and a bookmark, and then tells of events',
  async (form, headers) => {
    const aborting = new AbortController();
    const { signal } = aborting;
    const url = `${server.url}/api/v1/namespaces/micro/pods${watchList}`;
    const { body } = await fetch(url, { headers, signal });
    const reader = body!.getReader();
    let stream = Buffer.alloc(0);
    /** Reads on until the stream has so many bytes. */
    const read = async (length: number): Promise<void> => {
      while (stream.length < length)
        stream = Buffer.concat([stream, (await reader.read()).value ?? Buffer.alloc(0)]);
    };
    while (!stream.includes('k8s.io/initial-events-end')) await read(stream.length + 1);
    const begun = stream.length;
    const before = nowUs() % 1e10;
    await server.emit({ count: 9_900, perSecond: 1e6, flipping: false }); // Each pod once.
    // All pods are of one length, and MODIFIED is three letters longer than ADDED.
    const first = form === 'json' ? stream.indexOf('\n') + 1 : stream.readUInt32BE() + 4;
    await read(begun + 100 * (first + 3));
    aborting.abort();

    const events =
      form === 'json'
        ? stream
            .toString()
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : decodeEvents(stream);
    expect(events.length).toBe(201);
    expect(events.slice(0, 100).every(({ type }) => type === 'ADDED')).toBe(true);
    expect(events[100]).toMatchObject({ type: 'BOOKMARK' });
    expect(events[101]).toMatchObject({ type: 'MODIFIED' });
    const sentAt = /registry[\\":]+(\d{10})/.exec(JSON.stringify(events[101]))?.[1];
    expect(Number(sentAt)).toBeGreaterThanOrEqual(before);
  },
);

test('a server that is too old refuses initial events', async () => {
  server.allowWatchList(false);
  const answer = await get(watchList, asProtobuf);
  server.allowWatchList(true);
  expect(answer.status).toBe(422);
  expect(decodeObject(Buffer.from(await answer.arrayBuffer()))).toMatchObject({
    kind: 'Status',
    reason: 'Invalid',
  });
});

test('it says how it was asked', async () => {
  server.takeAsked();
  await get(`?${oneService}`, asProtobuf);
  await get(`?${oneService}`);
  expect(server.takeAsked()).toEqual(['list as json', 'list as protobuf']);
});
