import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestNamespace, type TestNamespace } from '@micro/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KubeClient } from '../client.ts';
import { onRealCluster } from '../real-cluster.ts';
import { podsPath } from '../request-path.ts';
import { forwardPort } from './forward.ts';
import { dialLocal } from './trial.ts';

/** One that has node at /nodejs/bin/node, where the cluster can pull it from. */
const image = process.env['TEST_NODE_IMAGE'] ?? 'gcr.io/distroless/nodejs24-debian12:nonroot';
const [echo, generous, thirsty, closed] = [7000, 7001, 7002, 7003];
const bytes = 20 * 1024 * 1024;
const program = `
  const { createServer } = require('node:net');
  const serve = (port, onSocket) =>
    createServer((socket) => onSocket(socket.on('error', () => {}))).listen(port);
  serve(${echo}, (socket) => socket.pipe(socket));
  serve(${generous}, (socket) => socket.end(Buffer.alloc(${bytes}, 'x')));
  serve(${thirsty}, (socket) => {
    let heard = 0;
    socket.on('data', ({ length }) => (heard += length) === ${bytes} && socket.end('thanks'));
  });
`;

await onRealCluster('a forwarded port', ({ config, admin }) => {
  describe('a forwarded port on a real API server', () => {
    let namespace: TestNamespace;
    let missing: string | undefined;
    const problems: string[] = [];
    const begin = (port: number, pod = 'talker', as = config) =>
      forwardPort(as, {
        namespace: namespace.name,
        pod,
        port,
        onProblem: ({ message }) => problems.push(message),
      });
    const refused = (port: number, pod = 'talker') =>
      `create pods/portforward ${pod} in namespace ${namespace.name}: port ${port} can't be reached: `;

    beforeAll(async () => {
      namespace = await createTestNamespace(admin.request);
      await Promise.all(['talker', 'mortal'].map((name) => createPod(admin, namespace, name)));
      missing = await whyNotReady(admin, namespace.name, ['talker', 'mortal']);
      if (missing) process.stderr.write(`a forwarded port: not run, ${missing}\n`);
    });
    afterAll(() => namespace[Symbol.asyncDispose]());
    beforeEach(({ skip }) => {
      problems.length = 0;
      if (missing) skip(missing);
    });

    test('leads 50 connections at once there and back', async () => {
      await using forward = await begin(echo);
      const all = Array.from({ length: 50 }, () => dialLocal(forward.port));
      for (const [i, { socket }] of all.entries()) socket.write(`I am ${i}.`);
      await Promise.all(all.map(({ heard }, i) => heard(`I am ${i}.`)));
      expect(problems).toEqual([]);
    });

    test('carries 20 MB either way, and ends when the pod does', async () => {
      await using down = await begin(generous);
      const downloading = dialLocal(down.port);
      downloading.socket.pause();
      await delay(500);
      downloading.socket.resume();
      expect(await downloading.ended).toBe('closed');
      expect(downloading.text().length).toBe(bytes);

      await using up = await begin(thirsty);
      const uploading = dialLocal(up.port);
      uploading.socket.write(Buffer.alloc(bytes, 'x'));
      expect(await uploading.ended).toBe('closed');
      expect(uploading.text()).toBe('thanks');
      expect(problems).toEqual([]);
    });

    test('ends a connection to a port that nobody listens on, and says so', async () => {
      await using forward = await begin(closed);
      expect(await dialLocal(forward.port).ended).toBe('ECONNRESET');
      expect(problems).toEqual([`${refused(closed)}nothing listens on it in the pod`]);
    });

    test('does not begin where there is no such pod, and ends with one that is deleted', async () => {
      const gone = `${refused(echo, 'mortal')}there is no such pod (any more): 404 pods "mortal" not found`;
      await using forward = await begin(echo, 'mortal');
      const local = dialLocal(forward.port);
      local.socket.write('x');
      await local.heard('x');
      await admin.request('DELETE', podsPath(namespace.name, 'mortal'));
      await local.ended;
      while (await exists(admin, podsPath(namespace.name, 'mortal'))) await delay(200);
      problems.length = 0;
      expect(await dialLocal(forward.port).ended).toBe('ECONNRESET');
      expect(problems).toEqual([gone]);
      await expect(begin(echo, 'mortal')).rejects.toThrow(gone);
    });

    test('explains what permission is missing, and that is enough', async () => {
      const token = await namespace.token();
      const { ca, servername } = await config.credentials();
      const runner = {
        ...config,
        credentials: async () => ({
          headers: { authorization: `Bearer ${token}` },
          ...(ca && { ca }),
          ...(servername && { servername }),
        }),
      };
      const error: Error = await begin(echo, 'talker', runner).then(
        () => expect.unreachable(),
        (error) => error,
      );
      expect(error.message).toContain(
        `${refused(echo)}ServiceAccount ${namespace.name}/runner may not create pods/portforward`,
      );
      await namespace.apply(error.message.slice(error.message.indexOf('apiVersion:')));
      const allowed = async () => {
        await using forward = await begin(echo, 'talker', runner);
        const local = dialLocal(forward.port);
        local.socket.write('x');
        await local.heard('x');
      };
      await expect.poll(() => allowed().then(() => 'let in'), { timeout: 10_000 }).toBe('let in');
    });

    test('leaves nothing that would keep a process alive', async () => {
      const code = `
        const { forwardPort } = await import(${JSON.stringify(import.meta.resolve('./forward.ts'))});
        const { loadConfig } = await import(${JSON.stringify(import.meta.resolve('../config.ts'))});
        const { connect } = await import('node:net');
        const target = { namespace: '${namespace.name}', pod: 'talker', port: ${echo} };
        const forward = await forwardPort(await loadConfig(), target);
        const socket = connect(forward.port, '127.0.0.1');
        socket.write('x');
        socket.once('data', () => forward.close());
      `;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
        stdio: 'inherit',
      });
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  });
});

async function createPod(
  { request }: KubeClient,
  { name: namespace }: TestNamespace,
  name: string,
): Promise<void> {
  const container = {
    name: 'main',
    image,
    command: ['/nodejs/bin/node', '--eval', program],
    readinessProbe: { tcpSocket: { port: thirsty }, periodSeconds: 1 },
  };
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [container],
  };
  await request('POST', podsPath(namespace), { body: { metadata: { name }, spec } });
}

/** Waits until the pods are ready; says why where they can't be. */
async function whyNotReady(
  { request }: KubeClient,
  namespace: string,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names)
    for (;;) {
      const { status } = (await request('GET', podsPath(namespace, name))) as PodAnswer;
      if (status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
        break;
      const { reason = '' } = status.containerStatuses?.[0]?.state.waiting ?? {};
      if (/Image/.test(reason))
        return `the cluster can not pull ${image} (${reason}); set TEST_NODE_IMAGE to one that it can`;
      await delay(500);
    }
  return undefined;
}

interface PodAnswer {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

async function exists({ request }: KubeClient, path: string): Promise<boolean> {
  return request('GET', path).then(
    () => true,
    () => false,
  );
}
