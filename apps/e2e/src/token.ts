import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient, loadConfig } from '@micro/kube';
import { kubectl } from './kubectl.ts';

/** Asks for a token of an account in our namespace, bound to a pod if there is one. */
export async function createToken(
  account: string,
  pod?: { readonly name: string; readonly uid: string },
): Promise<string> {
  const bound = Object.entries(pod ? { kind: 'Pod', ...pod } : {});
  const flags = bound.map(([key, value]) => `--bound-object-${key}=${value}`);
  return (await kubectl('create', 'token', account, ...flags)).trim();
}

/** A way to the API server. */
export interface Access extends AsyncDisposable {
  readonly client: KubeClient;
  /** The file that describes it. */
  readonly kubeconfig: string;
}

/** Opens the way to our cluster for who has nothing but a token. */
export async function openAccess(token: string): Promise<Access> {
  const view = ['config', 'view', '--raw', '--minify', '--flatten', '--output', 'json'];
  const config = JSON.parse(await kubectl(...view));
  config.users[0].user = { token };
  const folder = await mkdtemp(join(tmpdir(), 'micro-access-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const client = createKubeClient(await loadConfig({ KUBECONFIG: kubeconfig }));
  return {
    client,
    kubeconfig,
    async [Symbol.asyncDispose]() {
      client.close();
      await rm(folder, { recursive: true });
    },
  };
}
