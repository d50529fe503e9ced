import { onRealCluster } from '@micro/kube/real-cluster';
import { createTcpProxy } from '@micro/testing';
import { test } from 'vitest';
import { bearing, placeOf, through } from './cluster-ways.ts';
import { createKubernetesTrial, idsOf, type KubernetesTrial } from './trial.ts';

const within = { timeout: 20_000 };
/** What only a person can mend is tried again after 30 to 60 s; with `random` at 0 after 30 s. */
const mended = { timeout: 45_000 };

/** In real time, so all at once. */
await onRealCluster('permissions', ({ config, admin }) => {
  test.concurrent('R12: who may not watch says which Role it lacks, and goes on by itself once that is applied', async ({
    expect,
  }) => {
    await using trial = await createKubernetesTrial({ config, admin });
    await trial.offer('one');
    const token = await trial.tokenOf('one');
    const client = trial.client(bearing(config, () => token));
    const { registry, view, changes, problems } = trial.connect({ client });
    expect(view.nodes).toEqual([]);
    await expect.poll(() => problems.length, within).toBe(1);
    const { state, reason = '' } = registry.status;
    expect(state).toBe('starting');
    expect(reason).toMatch(whatIsLacking(trial));

    await trial.apply(reason.split('\n\n')[1] ?? '');
    await expect.poll(() => registry.status.state, mended).toBe('synced');
    expect(changes).toEqual(['added one 1']);
    expect(problems.length).toBe(1);
  });

  test.concurrent('R12: who may not watch any more keeps what it knows until it may again', async ({
    expect,
  }) => {
    await using way = await createTcpProxy(placeOf(config));
    await using trial = await createKubernetesTrial({ config, admin });
    await trial.grant();
    await trial.offer('one');
    const token = await trial.tokenOf('one');
    const around = through(config, `https://127.0.0.1:${way.port}`);
    const client = trial.client(bearing(around, () => token));
    const { registry, view, changes, problems } = trial.connect({ client });
    await expect.poll(() => idsOf(view), within).toEqual(['one']);

    const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${trial.namespace}/rolebindings`;
    await admin.request('DELETE', `${bindings}/registry`);
    await expect.poll(() => trial.statusOf(bearing(config, () => token)), within).toBe(403);
    way.refuse();
    way.reset();
    await way.accept();
    await expect.poll(() => problems.at(-1)?.code, within).toBe('forbidden');
    const { state, reason = '' } = registry.status;
    expect(state).toBe('stale');
    expect(reason).toMatch(whatIsLacking(trial));
    await trial.offer('two');
    expect(idsOf(view)).toEqual(['one']);

    await trial.apply(reason.split('\n\n')[1] ?? '');
    await expect.poll(() => changes, mended).toEqual(['added one 1', 'added two 1']);
    expect(registry.status.state).toBe('synced');
  });
});

function whatIsLacking({ namespace, serviceAccount }: KubernetesTrial): RegExp {
  const account = `ServiceAccount ${namespace}/${serviceAccount}`;
  return new RegExp(
    `^${account} may not (list|watch) pods in namespace ${namespace}; this allows it:`,
  );
}
