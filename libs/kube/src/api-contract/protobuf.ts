import { chooseEncoding, decodeEvents, decodeObject } from '@micro/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { podsPath } from '../request-path.ts';
import { type ApiTalk, type ApiTrial, talk } from './trial.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';

/** The other form of the same: what is said in protobuf is what is said in JSON. */
export function protobufContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  beforeAll(async () => {
    api = talk(trial());
    const annotations = { text: 'größe ✓ 𝄞' };
    await api.pods.create('one', { labels: { a: 'b', empty: '' }, annotations });
    await api.pods.create('two', { finalizers: ['micro.mu/a', 'micro.mu/b'] });
    await api.pods.run('one', '10.244.9.1');
    await api.pods.delete('two');
  });
  // Or the namespace would never go.
  afterAll(() => api.pods.setMetadata('two', { finalizers: null }));
  const read = async (target: string, accept = protobuf) => {
    const answer = await trial().send('GET', podsPath(trial().namespace) + target, { accept });
    expect(answer.headers['content-type']).toBe(protobuf);
    return { status: answer.status, object: decodeObject(await answer.body()) };
  };
  /** The JSON that is left of an object when it was written and read: what our tables know of it. */
  const known = (object: object) => decodeObject(chooseEncoding(protobuf).object(object));

  test('a list is that in JSON', async () => {
    const both = async () => [(await read('')).object, (await api.get('')).body] as const;
    const versionOf = (list: object) => Reflect.get(list, 'metadata')?.resourceVersion;
    let [object, body] = await both();
    // Others write to the cluster too: until nothing came between.
    while (versionOf(object) !== versionOf(body)) [object, body] = await both();
    expect(object).toEqual(known(body));
    expect(object).toMatchObject({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: body.metadata.resourceVersion },
      items: [
        {
          metadata: {
            name: 'one',
            namespace: trial().namespace,
            uid: body.items[0].metadata.uid,
            resourceVersion: body.items[0].metadata.resourceVersion,
            creationTimestamp: body.items[0].metadata.creationTimestamp,
            labels: { a: 'b', empty: '' },
            annotations: { text: 'größe ✓ 𝄞' },
          },
          status: {
            phase: 'Running',
            qosClass: 'BestEffort',
            conditions: [{ type: 'Ready', status: 'True' }],
            podIP: '10.244.9.1',
            podIPs: [{ ip: '10.244.9.1' }],
          },
        },
        {
          metadata: {
            deletionTimestamp: body.items[1].metadata.deletionTimestamp,
            deletionGracePeriodSeconds: 0,
            finalizers: ['micro.mu/a', 'micro.mu/b'],
          },
          status: { phase: 'Pending' },
        },
      ],
    });
  });

  test('a page says the same of the next one', async () => {
    const { object } = await read('?limit=1');
    expect(object).toEqual(known((await api.get('limit=1')).body));
    expect(object).toMatchObject({ metadata: { remainingItemCount: 1 } });
  });

  test('a pod is that in JSON', async () => {
    expect((await read('/one')).object).toEqual(known((await api.get('/one')).body));
  });

  test('a watch is frames of events', async () => {
    const query =
      'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const answer = await api.watch(`${query}&timeoutSeconds=1`, `${protobuf};stream=watch`);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      `${protobuf};stream=watch`,
    ]);
    const version = await api.version();
    await api.pods.setMetadata('one', { labels: { watched: 'yes' } });
    await trial().pass(1000);
    const [one, two, end, ...later] = decodeEvents(await answer.body());
    expect([one?.type, two?.type, end?.type]).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
    const changed = later.find(({ type }) => type === 'MODIFIED');
    const { body } = await api.get(`resourceVersion=${version}&resourceVersionMatch=Exact`);
    const pod = { kind: 'Pod', apiVersion: 'v1' };
    expect(one?.object).toEqual(known({ ...body.items[0], ...pod }));
    expect(two?.object).toEqual(known({ ...body.items[1], ...pod }));
    expect(end?.object).toMatchObject({
      kind: 'Pod',
      metadata: {
        resourceVersion: expect.stringMatching(/^\d+$/),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
    });
    expect(changed?.object).toEqual(known((await api.get('/one')).body));
  });

  test('a refusal and an ERROR event are a status', async () => {
    const { status, object } = await read('/nobody');
    expect(status).toBe(404);
    expect(object).toEqual(known((await api.get('/nobody')).body));
    expect(object).toMatchObject({ kind: 'Status', details: { name: 'nobody', kind: 'pods' } });
    // A watch that is refused is not a stream.
    const watch = '?watch=true&sendInitialEvents=true';
    const refusal = await read(watch, `${protobuf};stream=watch`);
    expect(refusal).toMatchObject({ status: 422, object: { reason: 'Invalid', code: 422 } });

    const query =
      'resourceVersion=99999999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const answer = await api.watch(`${query}&timeoutSeconds=1`, `${protobuf};stream=watch`);
    expect(decodeEvents(await answer.body())).toMatchObject([
      {
        type: 'ERROR',
        object: {
          code: 504,
          details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
        },
      },
    ]);
  });

  test.each([
    ['*/*', 200, 'application/json'],
    [`${protobuf}, application/json`, 200, protobuf],
    [`${protobuf};stream=watch, application/json`, 200, protobuf],
    [`application/json, ${protobuf}`, 200, 'application/json'],
    [`${protobuf};q=0.1, application/json`, 200, 'application/json'],
    ['text/html', 406, 'application/json'],
    ['application/cbor', 406, 'application/json'],
  ])('who accepts %s gets %i %s', async (accept, status, contentType) => {
    const answer = await trial().send('GET', podsPath(trial().namespace), { accept });
    await answer.body();
    expect([answer.status, answer.headers['content-type']]).toEqual([status, contentType]);
  });
}
