import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeApiServer } from '@micro/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whoAmI } from './access.ts';
import { createKubeClient } from './client.ts';
import { loadConfig } from './config.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kube-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

async function mount(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

test('finds the API server from within a pod', async () => {
  await mount({ token: 'abc\n', 'ca.crt': 'CA', namespace: 'shop\n' });
  const config = await loadConfig(inPod, { accountDirectory: directory });
  expect(config).toMatchObject({
    source: 'in-cluster',
    server: 'https://10.96.0.1:443',
    namespace: 'shop',
  });
  expect(await config.credentials()).toEqual({
    headers: { authorization: 'Bearer abc' },
    ca: 'CA',
  });
});

test('writes an IPv6 address in brackets', async () => {
  await mount({ token: 'abc', 'ca.crt': 'CA', namespace: 'shop' });
  const env = { ...inPod, KUBERNETES_SERVICE_HOST: 'fd00::1' };
  expect((await loadConfig(env, { accountDirectory: directory })).server).toBe(
    'https://[fd00::1]:443',
  );
});

test('R10: takes the new token as soon as the kubelet has put it there', async () => {
  // The kubelet swaps a symlink, so that all files change at once.
  for (const version of ['1', '2']) {
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, 'token'), `token-${version}`);
  }
  await symlink('1', join(directory, '..data'));
  await symlink('..data/token', join(directory, 'token'));
  await mount({ 'ca.crt': 'CA', namespace: 'shop' });
  const config = await loadConfig(inPod, { accountDirectory: directory });
  await symlink('2', join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  expect((await config.credentials()).headers).toEqual({ authorization: 'Bearer token-2' });
});

test.each([
  [{}, /service account's token in .*token, could not read it.*automountServiceAccountToken: true/],
  [{ token: ' ', 'ca.crt': 'CA' }, /service account's token in .*, the file is empty/],
])('R11: says what a pod lacks: %j', async (files, message) => {
  await mount(files);
  await expect(loadConfig(inPod, { accountDirectory: directory })).rejects.toThrow(message);
});

test('R11: keeps the token it has while there is none to be read, and says so once', async () => {
  await mount({ token: 'abc', 'ca.crt': 'CA', namespace: 'shop' });
  const problems: string[] = [];
  const onProblem = ({ message }: Error) => problems.push(message);
  const config = await loadConfig(inPod, { accountDirectory: directory, onProblem });
  const token = async () => (await config.credentials()).headers['authorization'];
  for (const text of ['', ' ', undefined, undefined]) {
    if (text === undefined) await rm(join(directory, 'token'), { force: true });
    else await mount({ token: text });
    expect(await token()).toBe('Bearer abc');
  }
  expect(problems).toEqual([expect.stringMatching(/token in .*, the file is empty/)]);
  await mount({ token: 'new' });
  expect(await token()).toBe('Bearer new');
});

test('reads the files KUBECONFIG names, the first choosing the context', async () => {
  await using server = await createFakeApiServer();
  server.access.grant({ user: 'jane', verbs: ['*'] });
  const user = { name: 'u', user: { token: server.access.token('jane') } };
  const cluster = {
    name: 'c',
    cluster: { server: server.url, 'insecure-skip-tls-verify': true },
  };
  const context = (name: string, namespace: string) => ({
    name,
    context: { cluster: 'c', user: 'u', namespace },
  });
  await mount({
    first: JSON.stringify({ contexts: [context('one', 'shop')], 'current-context': 'one' }),
    second: JSON.stringify({
      clusters: [cluster],
      users: [user],
      contexts: [context('two', 'other')],
      'current-context': 'two',
    }),
  });
  const KUBECONFIG = `${join(directory, 'first')}:${join(directory, 'second')}`;
  const config = await loadConfig({ ...inPod, KUBECONFIG });
  expect(config).toMatchObject({ source: 'kubeconfig', server: server.url, namespace: 'shop' });
  const client = createKubeClient(config);
  expect((await whoAmI(client)).username).toBe('jane');
  client.close();
});

test('runs the exec plugin of a kubeconfig, again when its token is refused', async () => {
  await using server = await createFakeApiServer();
  server.access.grant({ user: 'jane', verbs: ['*'] });
  const token = join(directory, 'token');
  const plugin = join(directory, 'plugin.mjs');
  await mount({
    'plugin.mjs': `import { readFileSync } from 'node:fs';
      const token = readFileSync(${JSON.stringify(token)}, 'utf8');
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`,
    token: server.access.token('jane'),
    config: JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { exec: { command: process.execPath, args: [plugin] } } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  });
  const client = createKubeClient(await loadConfig({ KUBECONFIG: join(directory, 'config') }));
  expect((await whoAmI(client)).username).toBe('jane');
  server.access.revoke('jane');
  await writeFile(token, server.access.token('jane'));
  expect((await whoAmI(client)).username).toBe('jane');
  client.close();
});

test.each([
  [{ HOME: '/nonexistent' }, /found none: outside a pod set KUBECONFIG or write \/nonexistent/],
  [
    { KUBECONFIG: '/nonexistent/config' },
    /could not read the kubeconfig \/nonexistent\/config: ENOENT/,
  ],
])('says where it looked: %j', async (env, message) => {
  await expect(loadConfig(env)).rejects.toThrow(message);
});

test('says which context names no cluster', async () => {
  await mount({ config: '{ "current-context": "gone" }' });
  await expect(loadConfig({ KUBECONFIG: join(directory, 'config') })).rejects.toThrow(
    /current-context of .*config to name a cluster, got context "gone"/,
  );
});

test.each(['127.0.0.1:6443', 'not a url'])(
  'says that the server of a kubeconfig is no URL: %j',
  async (server) => {
    const file = join(directory, 'config');
    const clusters = [{ name: 'c', cluster: { server } }];
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    await writeFile(file, JSON.stringify({ clusters, contexts, 'current-context': 'x' }));
    await expect(loadConfig({ KUBECONFIG: file })).rejects.toThrow(
      `expected the server of cluster c in ${file} as https://host:port, got "${server}"`,
    );
  },
);
