import { setTimeout as pause } from 'node:timers/promises';
import { onRealCluster } from '@micro/kube/real-cluster';
import { createTcpProxy } from '@micro/testing';
import { test } from 'vitest';
import { placeOf, through } from './cluster-ways.ts';
import { createFarNetwork, whyNoFarNetwork } from './far-network.ts';
import { createKubernetesTrial, idsOf } from './trial.ts';

/** How long it may take to come back after all is well again. */
const within = { timeout: 20_000 };

/** In real time, so all at once. */
await onRealCluster('silence', (cluster) => {
  test.concurrent('R2: a minute without the API server takes no node away, and what changed then is told once', async ({
    expect,
  }) => {
    await using way = await createTcpProxy(placeOf(cluster.config));
    await using trial = await createKubernetesTrial(cluster);
    const client = trial.client(through(cluster.config, `https://127.0.0.1:${way.port}`));
    const { registry, view, changes, problems } = trial.connect({ client });
    await trial.offer('one');
    await expect.poll(() => idsOf(view), within).toEqual(['one']);
    const { nodes } = view;

    way.refuse();
    way.reset();
    await trial.pods.delete('one');
    await trial.offer('two');
    await pause(60_000);
    expect(view.nodes).toBe(nodes);
    expect(registry.status).toMatchObject({
      state: 'stale',
      reason: expect.stringContaining('ECONNREFUSED'),
      counts: { live: 1 },
    });
    expect(registry.status.silentMs).toBeGreaterThanOrEqual(60_000);
    expect(problems.length).toBe(2); // That the watch broke, and that nobody answers.

    await way.accept();
    await expect.poll(() => idsOf(view), within).toEqual(['two']);
    expect(registry.status.state).toBe('synced');
    expect(changes).toEqual(['added one 1', 'removed one 1', 'added two 1']);
  });

  test.concurrent('R13: a watch whose packets are lost is found dead within 45 s, and what changed since is made up', async ({
    expect,
    skip,
  }) => {
    const why = await whyNoFarNetwork();
    if (why) {
      process.stderr.write(`a watch whose packets are lost: not run, ${why}\n`);
      return skip(why);
    }
    await using far = await createFarNetwork(placeOf(cluster.config));
    await using trial = await createKubernetesTrial(cluster);
    const client = trial.client(through(cluster.config, `https://${far.host}:${far.port}`));
    const { registry, view, changes } = trial.connect({ client });
    await trial.offer('one');
    await expect.poll(() => idsOf(view), within).toEqual(['one']);

    await far.lose();
    await trial.offer('two');
    await trial.pods.delete('one');
    await expect.poll(() => registry.status.state, { timeout: 45_000 }).toBe('stale');
    expect(registry.status.reason).toMatch(/ETIMEDOUT/);
    expect(idsOf(view)).toEqual(['one']);

    await far.deliver();
    await expect.poll(() => idsOf(view), within).toEqual(['two']);
    expect(changes).toEqual(['added one 1', 'added two 1', 'removed one 1']);
  });

  test.concurrent('R13: a watch that is acknowledged but brings nothing is found dead within 95 s, and what changed since is made up', async ({
    expect,
  }) => {
    await using way = await createTcpProxy(placeOf(cluster.config));
    await using trial = await createKubernetesTrial(cluster);
    const client = trial.client(through(cluster.config, `https://127.0.0.1:${way.port}`));
    const { view, changes, problems } = trial.connect({ client });
    await trial.offer('one');
    await expect.poll(() => idsOf(view), within).toEqual(['one']);

    way.freeze();
    await trial.offer('two');
    await trial.pods.delete('one');
    await expect.poll(() => problems.length, { timeout: 95_000 }).toBe(1);
    expect(problems[0]?.message).toMatch(/not a word for 90 s/);

    await expect.poll(() => idsOf(view), within).toEqual(['two']);
    expect(changes).toEqual(['added one 1', 'added two 1', 'removed one 1']);
  });

  test.concurrent('R23: bookmarks alone keep a watch alive', async ({ expect }) => {
    await using trial = await createKubernetesTrial(cluster);
    const { registry, view, statuses } = trial.connect({});
    await view.synced;
    await pause(95_000);
    expect(statuses.map(({ state }) => state)).toEqual(['starting', 'synced']);
    expect(registry.status.silentMs).toBeLessThan(90_000);
  });
});
