import { podsPath } from '@micro/kube';
import { onRealCluster } from '@micro/kube/real-cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearing } from './cluster-ways.ts';
import { createKubernetesTrial, type KubernetesTrial, nodeOn } from './trial.ts';

const within = { timeout: 20_000 };

await onRealCluster('writes', ({ config, admin }) => {
  let trial: KubernetesTrial;
  beforeAll(async () => {
    trial = await createKubernetesTrial({ config, admin });
  });
  afterAll(() => trial[Symbol.asyncDispose]());

  const patch = (pod: string, metadata: object) =>
    admin.patch(podsPath(trial.namespace, pod), { metadata });
  /** What is registered on a pod: the labels of ours, and the versions in the records. */
  const registered = async (pod: string): Promise<string[]> => {
    const { metadata } = await patch(pod, {});
    const records = Object.entries(metadata.annotations ?? {}).map(
      ([key, text]) => `${key} ${JSON.parse(text).version}`,
    );
    return [...Object.keys(metadata.labels ?? {}), ...records].sort();
  };
  const standing = (services: Readonly<Record<string, string>>): string[] =>
    Object.entries(services)
      .flatMap(([name, version]) => [
        'micro.mu/type',
        `micro.mu/selector-${name}`,
        `micro.mu/service-${name} ${version}`,
      ])
      .filter((key, at, all) => all.indexOf(key) === at)
      .sort();

  test('R26: a patch from a version that is past is a conflict; ours name none', async () => {
    await trial.start('stale');
    const { resourceVersion } = (await patch('stale', {})).metadata;
    await patch('stale', { labels: { changed: 'yes' } });
    await expect(patch('stale', { resourceVersion })).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
      detail: expect.stringMatching(/^409 .*the object has been modified/),
    });
  });

  test('R26: two containers of a pod that write at once never conflict and lose nothing', async () => {
    const pod = await trial.start('shared');
    const [one, two] = [trial.connect({ pod }), trial.connect({ pod })];
    const a = nodeOn(pod, { service: 'a' });
    const b = nodeOn(pod, { service: 'b' });
    for (let round = 1; round <= 20; round++) {
      const version = `${round}`;
      const [first, second] = [one.registry, two.registry];
      await Promise.all([
        first.register({ ...a, version }),
        second.register({ ...b, version: 'before' }),
      ]);
      expect(await registered('shared')).toEqual(standing({ a: version, b: 'before' }));
      await Promise.all([first.deregister(a), second.register({ ...b, version })]);
      expect(await registered('shared')).toEqual(standing({ b: version }));
      await Promise.all([first.register({ ...a, version }), second.deregister(b)]);
      expect(await registered('shared')).toEqual(standing({ a: version }));
      await Promise.all([first.deregister(a), second.deregister(b)]);
      expect(await registered('shared')).toEqual([]);
    }
    expect([...one.problems, ...two.problems]).toEqual([]);
  });

  test('R27: who is not there can’t be registered', async () => {
    const pod = { name: 'nobody', namespace: trial.namespace, ip: '10.244.9.200' };
    await expect(trial.connect({ pod }).registry.register(nodeOn(pod))).rejects.toMatchObject({
      code: 'gone',
      message: expect.stringMatching(
        /^expected this pod to be nobody in namespace .*there is none/,
      ),
    });
  });

  test('R27: another pod of the same name is not written to', async () => {
    const pod = { ...(await trial.start('reborn')), uid: 'of-a-life-before' };
    await expect(trial.connect({ pod }).registry.register(nodeOn(pod))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/422 .*metadata\.uid: Invalid value: "of-a-life-before"/),
    });
    expect(await registered('reborn')).toEqual([]);
  });

  test('R27: who may not patch says which Role it lacks, and registers once that is applied', async () => {
    const pod = await trial.start('stranger');
    const token = await trial.tokenOf('stranger');
    const client = trial.client(bearing(config, () => token));
    const { registry } = trial.connect({ client, pod });
    const error = await registry.register(nodeOn(pod)).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(error).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/may not patch pods in namespace .*; this allows it:\n\n/),
    });
    await trial.apply((error as Error).message.split('\n\n')[1] ?? '');
    const tries = () => registry.register(nodeOn(pod)).then(() => 'registered', String);
    await expect.poll(tries, within).toBe('registered');
  });

  test('R27: what the server would refuse for its size is refused before', async () => {
    const pod = await trial.start('large');
    const big = nodeOn(pod, { metadata: { much: 'x'.repeat(256 * 1024) } });
    await expect(trial.connect({ pod }).registry.register(big)).rejects.toThrow(
      /expected the record of a\.service to have at most 32768 bytes, got 262\d+; the largest part is metadata/,
    );
    await expect(patch('large', { annotations: { ...big.metadata } })).rejects.toMatchObject({
      status: 422,
      detail: expect.stringMatching(/annotations: Too long: may not be more than 262144 bytes/),
    });
    await expect(patch('large', { labels: { long: 'x'.repeat(64) } })).rejects.toMatchObject({
      status: 422,
      detail: expect.stringMatching(/labels: Invalid value: .*must be no more than 63 /),
    });
  });
});
