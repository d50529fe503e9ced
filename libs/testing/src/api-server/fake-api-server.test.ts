import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPodDriver, type Send } from '../pod-driver.ts';
import { Refusal } from './api-status.ts';
import { createFakeApiServer, type FakeApiServer } from './fake-api-server.ts';

const path = '/api/v1/namespaces/micro/pods';
let server: FakeApiServer;
beforeEach(async () => {
  server = await createFakeApiServer();
});
afterEach(() => server.close());

/** Sends as a user. */
function sendAs(user: string): Send {
  return async (method, target, { body, contentType = 'application/json' }) => {
    const { headers } = await server.config(user).credentials();
    const answer = await fetch(server.url + target, {
      method,
      headers: { ...headers, 'content-type': contentType },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
}

test('who admits is told of each write before it is stored', async () => {
  server.access.grant({ user: 'jane', verbs: ['*'], resource: '*' });
  const told: string[] = [];
  server.admission = ({ user, verb, resource, before, after }) => {
    const step = (pod: typeof before) => pod && (pod.metadata.labels?.['step'] ?? 'none');
    told.push(`${user} ${verb} ${resource}: ${step(before)} → ${step(after)}`);
  };
  const pods = createPodDriver(sendAs('jane'), 'micro');
  await pods.create('one', { labels: { step: '1' } });
  await pods.setMetadata('one', { labels: { step: '2' } });
  await pods.run('one', '10.0.0.1');
  await pods.delete('one');
  expect(told).toEqual([
    'jane create pods: undefined → 1',
    'jane patch pods: 1 → 2',
    'jane patch pods/status: 2 → 2',
    'jane delete pods: 2 → undefined',
  ]);
});

test('what is not admitted is not stored', async () => {
  server.pods.create('micro', { metadata: { name: 'one' } });
  server.admission = () => {
    throw new Refusal(422, 'pods "one" is forbidden: only your own', { name: 'one', kind: 'pods' });
  };
  const send = sendAs('admin');
  const refusal = { kind: 'Status', code: 422, reason: 'Invalid', details: { name: 'one' } };
  const contentType = 'application/merge-patch+json';
  const body = { metadata: { labels: { a: 'b' } } };
  server.access.grant({ user: 'admin', verbs: ['*'] });
  expect(await send('PATCH', `${path}/one`, { body, contentType })).toMatchObject(refusal);
  expect(await send('DELETE', `${path}/one`, {})).toMatchObject(refusal);
  expect(await send('POST', path, { body: { metadata: { name: 'two' } } })).toMatchObject(refusal);
  server.admission = undefined;
  expect(server.pods.get('micro', 'one').metadata).toMatchObject({ resourceVersion: '2' });
  expect(() => server.pods.get('micro', 'two')).toThrow('not found');
});

test('one that is renewed begins again, and ends its watches', async () => {
  server.pods.create('micro', { metadata: { name: 'one' } });
  const watch = await fetch(`${server.url}${path}?watch=true&resourceVersion=2`);
  const ended = expect(watch.text()).rejects.toThrow('terminated');
  server.renew();
  await ended;
  const list = await (await fetch(server.url + path)).json();
  expect(list).toMatchObject({ metadata: { resourceVersion: '1' }, items: [] });
});

test.each([
  ['application/apply-patch+yaml', '{}', 415, 'does no server-side apply'],
  ['application/strategic-merge-patch+json', '{"metadata":{"$patch":"replace"}}', 400, 'no $patch'],
  ['application/strategic-merge-patch+json', '{"metadata":{"finalizers":["a"]}}', 400, 'no lists'],
  ['application/merge-patch+json', '{"spec":{"nodeName":"a"}}', 422, 'change the spec'],
])('says that it does not do what a real one does: %s %s', async (type, body, status, words) => {
  server.pods.create('micro', { metadata: { name: 'one' } });
  const headers = { 'content-type': type };
  const answer = await fetch(`${server.url}${path}/one`, { method: 'PATCH', headers, body });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining(words) });
});
