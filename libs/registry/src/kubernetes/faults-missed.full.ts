import { KubeError, podsPath } from '@micro/kube';
import { forgetFirstVersion, onRealCluster } from '@micro/kube/real-cluster';
import { createTcpProxy, type TcpProxy } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Counts } from '../registry.ts';
import { createForgetfulProxy, type ForgetfulProxy } from './forgetful-proxy.ts';
import { createKubernetesTrial, idsOf, type KubernetesTrial, type Witness } from './trial.ts';

const within = { timeout: 20_000 };

await onRealCluster('what is missed', (cluster) => {
  let trial: KubernetesTrial;
  let server: ForgetfulProxy;
  let way: TcpProxy;
  let witness: Witness;
  beforeEach(async () => {
    trial = await createKubernetesTrial(cluster);
    server = await createForgetfulProxy(cluster.config);
    way = await createTcpProxy({ host: '127.0.0.1', port: server.port });
    const config = { ...cluster.config, server: `http://127.0.0.1:${way.port}` };
    witness = trial.connect({
      client: trial.client({ ...config, credentials: async () => ({ headers: {} }) }),
    });
  });
  afterEach(async () => {
    await trial[Symbol.asyncDispose]();
    await way[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const isSynced = () => witness.registry.status.state === 'synced';
  const shows = (ids: string[]) => expect.poll(() => idsOf(witness.view), within).toEqual(ids);
  const holds = (counts: Partial<Counts>) =>
    expect.poll(() => witness.registry.status.counts, within).toMatchObject(counts);
  /** Pods that are up and seen; what was told of that is forgotten. */
  const begin = async (...names: string[]): Promise<void> => {
    for (const name of names) await trial.offer(name);
    await witness.view.synced;
    await shows(names);
    await expect.poll(isSynced, within).toBe(true);
    witness.changes.length = 0;
  };
  const cut = async (): Promise<void> => {
    way.refuse();
    way.reset();
    await expect.poll(() => witness.registry.status.state, within).toBe('stale');
  };

  /** What else is wrong while pods change. */
  const accidents: [what: string, during: (happens: () => Promise<void>) => Promise<void>][] = [
    ['while it is watched', (happens) => happens()],
    [
      'while the connection is cut',
      async (happens) => {
        await cut();
        await happens();
        await way.accept();
      },
    ],
    [
      'while the connection is cut, and the server has forgotten the version since,',
      async (happens) => {
        await cut();
        await happens();
        server.forget();
        await way.accept();
      },
    ],
  ];

  test('R4: after a 410 all there is is taken over once, and only what changed is told', async () => {
    const { namespace: name, serviceAccount } = trial;
    await forgetFirstVersion(cluster.admin, { name, serviceAccount });
    await begin('changed', 'deleted', 'unready', 'untouched');
    const before = server.watched.length;
    await cut();
    await trial.pods.delete('deleted');
    await trial.pods.run('unready', '10.244.9.99', false);
    await trial.pods.setMetadata('changed', {
      annotations: {
        'micro.mu/service-a.service': JSON.stringify({
          name: 'a.service',
          version: '2',
          nodes: [{ id: 'changed', address: '10.0.0.1:9090' }],
        }),
      },
    });
    await trial.offer('new');
    server.forget();
    await way.accept();

    await shows(['changed', 'new', 'untouched']);
    await expect.poll(isSynced, within).toBe(true);
    expect(witness.changes.toSorted()).toEqual([
      'added new 1',
      'removed deleted 1',
      'removed unready 1',
      'updated changed 2',
    ]);
    expect(server.watched.slice(before)).toEqual(['1', 'all']);
    expect(witness.problems.at(-1)?.message).toMatch(/410 too old resource version: 1 \(/);
  }, 150_000);

  test('R4: a page of a listing the server has compacted is refused with the status 410', async ({
    skip,
  }) => {
    // As the API server writes it, `k8s.io/apiserver/pkg/storage/continue.go`.
    const first = JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start: 'a\u0000' });
    const page = { limit: 1, continue: Buffer.from(first).toString('base64url') };
    const error = await cluster.admin
      .listPods(trial.namespace, page, () => {})
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    if (!error) {
      const why = 'the API server is so young that it has compacted nothing yet';
      process.stderr.write(`a page of a listing that is compacted: not run, ${why}\n`);
      return skip(why);
    }
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ status: 410, reason: 'Expired', lostVersion: true });
  });

  test.each(accidents)('R19: a pod that is deleted %s is removed', async (_, during) => {
    await begin('one', 'two');
    await during(() => trial.pods.delete('one'));
    await shows(['two']);
    expect(witness.changes).toEqual(['removed one 1']);
    await holds({ live: 1, leaving: 0 });
  });

  test.each(accidents)(
    'R20: a pod that is deleted %s and comes again by its name is another',
    async (_, during) => {
      await begin('one', 'two');
      await during(async () => {
        await trial.pods.delete('one');
        await trial.offer('one', '2');
      });
      await expect.poll(() => witness.changes.length, within).toBe(2);
      await expect.poll(isSynced, within).toBe(true);
      expect(witness.changes.toSorted()).toEqual(['added one 2', 'removed one 1']);
      await holds({ live: 2, leaving: 0 });
      await shows(['one', 'two']);
    },
  );

  test('R37: pods that are all gone after a 410 are asked for twice, and half of them shown for 5 s more', async () => {
    const crowd = ['five', 'four', 'one', 'three', 'two'];
    await begin(...crowd);
    await cut();
    await cluster.admin.request('DELETE', podsPath(trial.namespace));
    server.forget();
    await way.accept();

    await expect.poll(() => witness.registry.status.counts?.draining, within).toBe(3);
    const at = performance.now();
    expect(witness.problems.slice(-2).map(({ message }) => message)).toEqual([
      expect.stringMatching(/expected most of 5 pods, got 0; asking again$/),
      'most of 5 nodes of a.service went within 5 s; the others that go are shown for 5 s more',
    ]);
    expect(idsOf(witness.view)).toHaveLength(3);
    expect(witness.changes).toHaveLength(2);
    await shows([]);
    expect(performance.now() - at).toBeGreaterThan(4_500);
    expect(witness.changes.toSorted()).toEqual(crowd.map((id) => `removed ${id} 1`));
  });
});
