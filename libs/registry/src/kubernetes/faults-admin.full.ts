import { podsPath } from '@micro/kube';
import { onRealCluster } from '@micro/kube/real-cluster';
import { expect, test } from 'vitest';
import { createKubernetesTrial, idsOf, nodeOn } from './trial.ts';

const within = { timeout: 60_000 };

await onRealCluster('what an admin does', (cluster) => {
  const { admin } = cluster;

  test.each([
    ['the own pod alone', false],
    ['all pods', true],
  ])(
    'R28: what is altered and then removed is put back by who watches %s, every 10 s',
    async (_, watching) => {
      await using trial = await createKubernetesTrial(cluster);
      const pod = await trial.start('own');
      const witness = trial.connect({ pod });
      if (watching) await witness.view.synced;
      await witness.registry.register(nodeOn(pod));
      const change = async (metadata: object) => {
        const answer = await admin.patch(podsPath(trial.namespace, 'own'), { metadata });
        return [answer.metadata.labels, answer.metadata.annotations];
      };
      const registered = await change({});

      await change({ annotations: { 'micro.mu/service-a.service': '{}' } });
      await expect.poll(() => change({}), within).toEqual(registered);
      const firstAt = performance.now();
      await change({ labels: null, annotations: null });
      expect(await change({})).toEqual([undefined, undefined]);
      await expect.poll(() => change({}), within).toEqual(registered);
      expect(performance.now() - firstAt).toBeGreaterThan(9_000);
    },
  );

  test('R37: when all pods of a service are deleted at once, half of them are shown for 5 s more', async () => {
    await using trial = await createKubernetesTrial(cluster);
    for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await trial.offer(name);
    const { registry, view } = trial.connect({});
    await expect.poll(() => view.nodes.length, within).toBe(6);

    await admin.request('DELETE', podsPath(trial.namespace));
    await expect.poll(() => registry.status.counts?.live, within).toBe(0);
    expect(registry.status.counts?.draining).toBe(3);
    await expect.poll(() => view.nodes, { timeout: 50_000 }).toEqual([]);
  });

  test('R37: a namespace that is deleted takes its nodes away and no others', async () => {
    await using trial = await createKubernetesTrial(cluster);
    const doomed = await createKubernetesTrial(cluster); // Nothing is left of it to dispose of.
    const namespaces = [trial.namespace, doomed.namespace];
    const { registry, view, changes } = trial.connect({ namespaces });
    await trial.offer('stays');
    for (const name of ['one', 'two', 'three', 'four']) await doomed.offer(name);
    await expect.poll(() => view.nodes.length, within).toBe(5);
    changes.length = 0;

    await admin.request('DELETE', `/api/v1/namespaces/${doomed.namespace}`);
    await expect.poll(() => idsOf(view), within).toEqual(['stays']);
    expect(changes.toSorted()).toEqual([
      'removed four 1',
      'removed one 1',
      'removed three 1',
      'removed two 1',
    ]);
    await trial.offer('comes');
    await expect.poll(() => idsOf(view), within).toEqual(['comes', 'stays']);
    expect(registry.status.state).toBe('synced');
  });
});
