import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@micro/kube';
import { onRealCluster } from '@micro/kube/real-cluster';
import { createTcpProxy } from '@micro/testing';
import { test } from 'vitest';
import { bearing, placeOf, through } from './cluster-ways.ts';
import { createKubernetesTrial, idsOf, nodeOn } from './trial.ts';

/** A server may believe a token for 10 s after it has ended. */
const within = { timeout: 30_000 };

/** In real time, so all at once. */
await onRealCluster('tokens', ({ config, admin }) => {
  test.concurrent('R9: a token that has ended is renewed at once, and no node is lost', async ({
    expect,
  }) => {
    await using way = await createTcpProxy(placeOf(config));
    await using trial = await createKubernetesTrial({ config, admin });
    await trial.grant();
    const pod = await trial.start('own');
    for (const name of ['old', 'new']) await trial.start(name);
    const [old, fresh] = [await trial.tokenOf('old'), await trial.tokenOf('new')];
    let token = old;
    let renewals = 0;
    const around = through(config, `https://127.0.0.1:${way.port}`);
    const client = trial.client(
      bearing(around, ({ renew = false } = {}) => {
        if (renew) {
          renewals++;
          token = fresh;
        }
        return token;
      }),
    );
    const { registry, view, changes } = trial.connect({ client, pod });
    await registry.register(nodeOn(pod));
    await expect.poll(() => idsOf(view), within).toEqual(['own']);

    await trial.pods.delete('old');
    await expect.poll(() => trial.statusOf(bearing(config, () => old)), within).toBe(401);
    way.refuse();
    way.reset();
    await expect.poll(() => registry.status.state, within).toBe('stale');
    await way.accept();
    await expect.poll(() => registry.status.state, within).toBe('synced');
    await registry.register(nodeOn(pod, { version: '2' }));
    await expect.poll(() => changes, within).toEqual(['added own 1', 'updated own 2']);
    expect(renewals).toBe(1);
  });

  test.concurrent('R10: a token that the kubelet replaces is taken for the next request', async ({
    expect,
  }) => {
    await using way = await createTcpProxy(placeOf(config));
    await using trial = await createKubernetesTrial({ config, admin });
    await using directory = await createAccountDirectory();
    await trial.grant();
    const pod = await trial.start('own');
    for (const name of ['old', 'new']) await trial.start(name);
    const { ca = '' } = await config.credentials();
    const mount = async (token: string) =>
      directory.mount({ token, 'ca.crt': ca, namespace: trial.namespace });
    const old = await trial.tokenOf('old');
    await mount(old);
    const place = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: `${way.port}` };
    const inPod = await loadConfig(place, { accountDirectory: directory.path });
    const client = trial.client(through(inPod, inPod.server));
    const { registry, view, changes, problems } = trial.connect({ client, pod });
    await registry.register(nodeOn(pod));
    await expect.poll(() => idsOf(view), within).toEqual(['own']);

    await mount(await trial.tokenOf('new'));
    await trial.pods.delete('old');
    await expect.poll(() => trial.statusOf(bearing(config, () => old)), within).toBe(401);
    way.refuse();
    way.reset();
    await expect.poll(() => registry.status.state, within).toBe('stale');
    await way.accept();
    await expect.poll(() => registry.status.state, within).toBe('synced');
    await registry.register(nodeOn(pod, { version: '2' }));
    await expect.poll(() => changes, within).toEqual(['added own 1', 'updated own 2']);
    expect(problems.map(({ code }) => code)).not.toContain('forbidden');
  });
});

/** A directory of projected files, replaced all at once as the kubelet's AtomicWriter does. */
async function createAccountDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'micro-account-'));
  let mounts = 0;
  return {
    path,
    async mount(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
      const folder = `..${++mounts}`;
      await mkdir(join(path, folder));
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(path, folder, name), content);
        if (mounts === 1) await symlink(join('..data', name), join(path, name));
      }
      await symlink(folder, join(path, '..data_tmp'));
      await rename(join(path, '..data_tmp'), join(path, '..data'));
      if (mounts > 1) await rm(join(path, `..${mounts - 1}`), { recursive: true });
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
