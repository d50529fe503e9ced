import { createPodDriver } from '@micro/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canI, whoAmI } from './access.ts';
import type { KubeClient } from './client.ts';
import { KubeError } from './errors.ts';
import { explainForbidden } from './explain-forbidden.ts';
import type { KubeObject } from './object.ts';
import type { Pod } from './pod.ts';
import { eventsOf, listAll } from './read-all.ts';
import { reflect } from './reflector/reflector.ts';
import { podsPath } from './request-path.ts';

/** An API server to try, with a namespace for the trial. */
export interface Trial extends AsyncDisposable {
  readonly namespace: string;
  /** Pods can run under it; it may nothing yet. */
  readonly serviceAccount: string;
  /** May everything. */
  readonly admin: KubeClient;
  /** The service account. */
  readonly runner: KubeClient;
  /** Applies the Role and RoleBinding as YAML. */
  apply(yaml: string): Promise<void>;
}

/** What the fake API server and a real one do alike, as far as we build on it. */
export function apiServerContract(name: string, open: () => Promise<Trial>): void {
  describe(name, () => {
    let trial: Trial;
    beforeAll(async () => {
      trial = await open();
    });
    afterAll(async () => {
      await trial[Symbol.asyncDispose]();
      trial.admin.close();
      trial.runner.close();
    });
    const driver = () =>
      createPodDriver(trial.admin.request, trial.namespace, trial.serviceAccount);

    test('a watch by label sees a pod come when it is labelled and go when it is not', async () => {
      const { admin, namespace } = trial;
      const pods = driver();
      await pods.create('watched', { annotations: { step: '0' } });
      const { resourceVersion } = await listAll(admin, {}, namespace);
      const labelSelector = 'micro.mu/type=service';
      const events = await admin.watchPods(namespace, { labelSelector, resourceVersion });
      const label = (value: string | null) =>
        pods.setMetadata('watched', { labels: { 'micro.mu/type': value } });
      await pods.setMetadata('watched', { annotations: { step: '1' } });
      await label('service');
      await pods.setMetadata('watched', { annotations: { step: '2' } });
      await label(null);
      await pods.setMetadata('watched', { annotations: { step: '3' } });
      await label('service');
      await pods.delete('watched');

      const seen: string[] = [];
      const versions = new Set([resourceVersion]);
      for await (const event of eventsOf(events)) {
        if (event.type === 'BOOKMARK') continue;
        seen.push(`${event.type} ${describePod(event.object)}`);
        versions.add(event.object.metadata.resourceVersion);
        if (event.type === 'DELETED' && event.object.metadata.deletionTimestamp) break;
      }
      expect(seen).toEqual([
        'ADDED step 1 service',
        'MODIFIED step 2 service',
        'DELETED step 2 service',
        'ADDED step 3 service',
        'MODIFIED step 3 service going',
        'DELETED step 3 service going',
      ]);
      expect(versions.size).toBe(7);
    });

    test('a patch that changes nothing writes nothing', async () => {
      const { admin, namespace } = trial;
      await driver().create('still');
      const patch = { metadata: { labels: { a: 'b' } } };
      const options = { fieldManager: 'test' };
      const first = await admin.patch(podsPath(namespace, 'still'), patch, options);
      const second = await admin.patch(podsPath(namespace, 'still'), patch, options);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(first.metadata.labels).toEqual({ a: 'b' });
      expect(await thrown(admin.patch(podsPath(namespace, 'nobody'), patch))).toMatchObject({
        status: 404,
        reason: 'NotFound',
        message: `patch pods nobody in namespace ${namespace}: 404 pods "nobody" not found`,
      });
    });

    test('a pod with a finalizer goes only when that is taken off', async () => {
      const { admin, namespace } = trial;
      const pods = driver();
      await pods.create('held', { finalizers: ['micro.mu/test'] });
      await pods.delete('held');
      const held = (await admin.request('GET', podsPath(namespace, 'held'))) as KubeObject;
      expect(held.metadata.deletionTimestamp).toBeDefined();
      await pods.setMetadata('held', { finalizers: null });
      expect(await thrown(admin.request('GET', podsPath(namespace, 'held')))).toMatchObject({
        status: 404,
      });
    });

    test('a patch for another pod of the same name is refused', async () => {
      await driver().create('reborn');
      const path = podsPath(trial.namespace, 'reborn');
      const error = await thrown(trial.admin.patch(path, { metadata: { uid: 'another' } }));
      expect(error.detail).toBe(
        '422 Pod "reborn" is invalid: metadata.uid: Invalid value: "another": field is immutable',
      );
    });

    test('a list from a version that is not there yet says so', async () => {
      const options = { resourceVersion: '99999999999' };
      const error = await thrown(listAll(trial.admin, options, trial.namespace));
      expect(error).toMatchObject({ status: 504, lostVersion: true, retryAfterMs: 1000 });
    });

    test('a refusal names the account, and what it prints allows what was refused', async () => {
      const { runner, admin, namespace, serviceAccount } = trial;
      await driver().create('own');
      const own = podsPath(namespace, 'own');
      const user = `system:serviceaccount:${namespace}:${serviceAccount}`;
      expect((await whoAmI(runner)).username).toBe(user);
      const question = { verb: 'patch', resource: 'pods', namespace };
      expect(await canI(admin, question)).toBe(true);
      expect(await canI(runner, question)).toBe(false);

      const listing = await thrown(listAll(runner, {}, namespace));
      expect(listing.detail).toBe(
        `403 pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
      );
      const patching = await thrown(runner.patch(own, {}));
      expect(patching.detail).toBe(
        `403 pods "own" is forbidden: User "${user}" cannot patch resource "pods" in API group "" in the namespace "${namespace}"`,
      );

      for (const refusal of [listing, patching]) {
        const [sentence = '', , ...manifest] = explainForbidden(refusal).split('\n');
        expect(sentence).toContain(`ServiceAccount ${namespace}/${serviceAccount} may not`);
        await trial.apply(manifest.join('\n'));
      }
      // The authorizer hears of a Role through a watch of its own.
      for (const verb of ['list', 'watch', 'patch'])
        while (!(await canI(runner, { ...question, verb })));
      await runner.patch(own, { metadata: { labels: { a: 'b' } } });
      await listAll(runner, {}, namespace);
    });

    test('a reflector keeps the same picture as the server', async () => {
      const { admin, namespace } = trial;
      const pods = driver();
      await pods.create('first', { labels: { reflected: 'yes' } });
      const seen: string[] = [];
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      await using reflector = reflect<string>({
        client: admin,
        namespace,
        labelSelector: 'reflected',
        project: ({ metadata, status }) => `${metadata.name} ${status.podIP || 'nowhere'}`,
        onChange(changes) {
          for (const { before, after } of changes) {
            seen.push(`${before} → ${after}`);
            if (before?.startsWith('second') && after === undefined) resolve();
          }
        },
        onFault: (error) => seen.push(String(error)),
      });
      while (reflector.state.state !== 'streaming') await new Promise(setImmediate);
      await pods.run('first', '10.244.9.1');
      await pods.create('second');
      await pods.setMetadata('second', { labels: { reflected: 'yes' } });
      await pods.setMetadata('second', { labels: { reflected: null } });
      await gone;
      expect(seen).toEqual([
        'undefined → first nowhere',
        'first nowhere → first 10.244.9.1',
        'undefined → second nowhere',
        'second nowhere → undefined',
      ]);
      expect([...reflector.values.values()]).toEqual(['first 10.244.9.1']);
    });
  });
}

function describePod({ metadata }: Pod): string {
  const step = metadata.annotations['step'];
  const going = metadata.deletionTimestamp === undefined ? '' : ' going';
  return `step ${step} ${metadata.labels['micro.mu/type']}${going}`;
}

async function thrown(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => new Error('expected a refusal'),
    (error: unknown) => error,
  );
  if (error instanceof KubeError) return error;
  throw error;
}
