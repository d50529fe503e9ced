import { beforeAll, expect, test } from 'vitest';
import {
  type ApiTalk,
  type ApiTrial,
  type JsonAnswer,
  readJson,
  refusalOf,
  talk,
} from './trial.ts';

/** Patches: their kinds and their preconditions. */
export function patchContract(trial: () => ApiTrial): void {
  let api: ApiTalk;
  beforeAll(async () => {
    api = talk(trial());
    for (const name of ['merged', 'listed', 'checked']) await api.pods.create(name);
  });
  const merge = (name: string, metadata: unknown) => api.patch(name, 'merge-patch', { metadata });
  const maps = ({ status, body }: JsonAnswer) => {
    expect(status, JSON.stringify(body)).toBe(200);
    const { labels, annotations, finalizers } = body.metadata;
    return {
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
    };
  };

  test.each(['merge-patch', 'strategic-merge-patch'])(
    'a %s sets, keeps and removes, and leaves no empty maps',
    async (kind) => {
      const patch = (metadata: unknown) => api.patch('merged', kind, { metadata });
      expect(maps(await patch({ labels: { b: '2', a: '1' }, annotations: { c: 'ü' } }))).toEqual({
        labels: { a: '1', b: '2' },
        annotations: { c: 'ü' },
      });
      expect(maps(await patch({ labels: { a: null, b: '3', none: null }, unknown: 1 }))).toEqual({
        labels: { b: '3' },
        annotations: { c: 'ü' },
      });
      expect(maps(await patch({ labels: { b: null }, annotations: null }))).toEqual({});
    },
  );

  test('a JSON patch does one step after the other, or none', async () => {
    const patch = (...steps: unknown[]) => api.patch('listed', 'json-patch', steps);
    const path = (name: string) => `/metadata/labels/${name}`;
    expect(maps(await patch({ op: 'add', path: '/metadata/labels', value: { a: '1' } }))).toEqual({
      labels: { a: '1' },
    });
    const done = await patch(
      { op: 'test', path: path('a'), value: '1' },
      { op: 'test', path: path('none'), value: null },
      { op: 'add', path: path('micro.mu~1type'), value: 'service' },
      { op: 'replace', path: path('a'), value: '2' },
      { op: 'replace', path: path('new'), value: '3' },
      { op: 'copy', from: path('a'), path: path('b') },
      { op: 'move', from: path('new'), path: path('moved') },
      { op: 'add', path: '/metadata/finalizers', value: ['micro.mu/a'] },
      { op: 'add', path: '/metadata/finalizers/-', value: 'micro.mu/c' },
      { op: 'add', path: '/metadata/finalizers/1', value: 'micro.mu/b' },
      { op: 'replace', path: '/metadata/finalizers/2', value: 'micro.mu/d' },
      { op: 'remove', path: '/metadata/finalizers/0' },
    );
    const after = {
      labels: { a: '2', b: '2', 'micro.mu/type': 'service', moved: '3' },
      finalizers: ['micro.mu/b', 'micro.mu/d'],
    };
    expect(maps(done)).toEqual(after);
    for (const wrong of [
      { op: 'test', path: path('a'), value: '9' },
      { op: 'test', path: path('none'), value: '9' },
      { op: 'remove', path: path('none') },
      { op: 'remove', path: '/metadata/finalizers/7' },
      { op: 'add', path: '/metadata/finalizers/7', value: 'micro.mu/e' },
      { op: 'add', path: '/metadata/nothing/there', value: 'x' },
      { op: 'replace', path: '/metadata/nothing/there', value: 'x' },
      { op: 'add', path: '/metadata/labels/a/b', value: 'x' },
      { op: 'turn', path: path('a') },
      { op: 'add', value: 'x' },
    ])
      expect(refusalOf(await patch({ op: 'remove', path: path('a') }, wrong))).toBe(
        '422 Invalid: the server rejected our request due to an error in our request',
      );
    expect(maps(await patch())).toEqual(after);
    await patch({ op: 'remove', path: '/metadata/finalizers' });
  });

  test('a patch that changes nothing writes nothing, in whatever order it says it', async () => {
    const first = await merge('merged', { labels: { x: '1', y: '2' } });
    const { resourceVersion } = first.body.metadata;
    for (const labels of [{ y: '2', x: '1' }, { x: '1' }, {}])
      expect((await merge('merged', { labels })).body.metadata.resourceVersion).toBe(
        resourceVersion,
      );
    const path = '/metadata/labels/x';
    const again = [
      { op: 'remove', path },
      { op: 'add', path, value: '1' },
    ];
    const { body } = await api.patch('merged', 'json-patch', again);
    expect(body.metadata.resourceVersion).toBe(resourceVersion);
  });

  test('a patch of the status writes labels too, and a patch of the pod no status', async () => {
    const status = { phase: 'Running', podIP: '10.244.9.1', podIPs: [{ ip: '10.244.9.1' }] };
    const body = { metadata: { labels: { through: 'status' } }, status };
    const through = await api.patch('listed/status', 'merge-patch', body);
    expect(through.body.status).toMatchObject(status);
    expect(through.body.metadata.labels).toMatchObject({ through: 'status' });
    const beside = await api.patch('listed', 'merge-patch', { status: { phase: 'Failed' } });
    expect(beside.body.status).toMatchObject(status);
    expect(beside.body.metadata.resourceVersion).toBe(through.body.metadata.resourceVersion);
  });

  test('a patch with a version is for that version', async () => {
    const { body } = await merge('checked', { labels: { step: '1' } });
    const { resourceVersion } = body.metadata;
    const second = await merge('checked', { labels: { step: '2' }, resourceVersion });
    expect(second.status).toBe(200);
    const refusal = await merge('checked', { labels: { step: '3' }, resourceVersion });
    expect(refusal.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Operation cannot be fulfilled on pods "checked": the object has been modified; please apply your changes to the latest version and try again',
      reason: 'Conflict',
      details: { name: 'checked', kind: 'pods' },
      code: 409,
    });
    for (const any of [null, '', '0'])
      expect((await merge('checked', { resourceVersion: any })).status).toBe(200);
    const step = { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion };
    expect((await api.patch('checked', 'json-patch', [step])).status).toBe(409);
  });

  test('a delete can be for one uid or one version only', async () => {
    const { send, namespace } = trial();
    const remove = async (preconditions: unknown) => {
      const answer = await send('DELETE', `/api/v1/namespaces/${namespace}/pods/merged`, {
        contentType: 'application/json',
        body: JSON.stringify({ preconditions }),
      });
      return readJson(answer);
    };
    const { uid, resourceVersion } = (await api.get('/merged')).body.metadata;
    expect(refusalOf(await remove({ uid: 'other' }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on Pod "merged": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
    expect(refusalOf(await remove({ resourceVersion: '1' }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on Pod "merged": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
    const gone = await remove({ uid, resourceVersion });
    expect(gone.body.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
    expect(refusalOf(await remove({ uid }))).toBe('404 NotFound: pods "merged" not found');
  });
}
