import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { forwardPort } from './forward.ts';
import { createForwardTrial, dialLocal, type PodEnd } from './trial.ts';

/** A forwarded port to the trial's API server, and what it reported. */
async function open(signal?: AbortSignal) {
  const trial = await createForwardTrial();
  onTestFinished(() => trial[Symbol.asyncDispose]());
  const problems: string[] = [];
  const options = { namespace: 'shop', pod: 'talker', port: 7000, ...(signal && { signal }) };
  const begin = () =>
    forwardPort(trial.config, { ...options, onProblem: ({ message }) => problems.push(message) });
  return { trial, problems, begin };
}

const refused = `create pods/portforward talker in namespace shop: port 7000 can't be reached: `;

test('leads many connections at once there and back', async () => {
  const { trial, problems, begin } = await open();
  await using forward = await begin();
  const all = Array.from({ length: 100 }, () => dialLocal(forward.port));
  for (const [i, { socket }] of all.entries()) socket.write(`I am ${i}.`);
  await Promise.all(all.map(({ heard }, i) => heard(`I am ${i}.`)));
  expect(all.map(({ text }) => text())).toEqual(all.map((_, i) => `I am ${i}.`));
  expect(trial.asked.slice(0, 2)).toEqual([
    'GET /api/v1/namespaces/shop/pods/talker/portforward?ports=7000',
    'upgrade first',
  ]);
  expect(problems).toEqual([]);
});

test('ends a connection when the pod ends it, with all that it said', async () => {
  const { trial, problems, begin } = await open();
  trial.onPodEnd((end) => {
    end.say('good');
    end.say('bye');
    end.close();
  });
  await using forward = await begin();
  const local = dialLocal(forward.port);
  expect(await local.ended).toBe('closed');
  expect(local.text()).toBe('goodbye');
  expect(problems).toEqual([]);
});

test.each([
  [
    'failed to connect to localhost:7000 inside namespace "4ae6", IPv4: dial tcp4 127.0.0.1:7000: connect: connection refused',
    'nothing listens on it in the pod',
  ],
  ['pod sandbox is gone', 'pod sandbox is gone'],
])('ends a connection that the node complains of, and says why', async (complaint, why) => {
  const { trial, problems, begin } = await open();
  trial.onPodEnd((end) => {
    end.say(complaint, 1);
    end.close();
  });
  await using forward = await begin();
  expect(await dialLocal(forward.port).ended).toBe('ECONNRESET');
  expect(problems).toEqual([refused + why]);
});

test('ends a connection whose way is lost, and says so', async () => {
  const { trial, problems, begin } = await open();
  trial.onPodEnd(({ socket }) => socket.destroy());
  await using forward = await begin();
  expect(await dialLocal(forward.port).ended).toBe('ECONNRESET');
  expect(problems).toEqual([`${refused}the connection to the API server was lost`]);
});

test('does not begin where there is no such pod, and says when it is gone', async () => {
  const { trial, problems, begin } = await open();
  const forward = await begin();
  trial.answer(404, 'NotFound', 'pods "talker" not found');
  trial.admit(false);
  expect(await dialLocal(forward.port).ended).toBe('ECONNRESET');
  const message = `${refused}there is no such pod (any more): 404 pods "talker" not found`;
  expect(problems).toEqual([message]);
  await forward.close();
  await expect(begin()).rejects.toThrow(message);
});

test('explains what permission is missing', async () => {
  const { trial, begin } = await open();
  trial.answer(
    403,
    'Forbidden',
    'pods "talker" is forbidden: User "ann" cannot create resource "pods/portforward" in API group "" in the namespace "shop"',
  );
  const error: Error = await begin().then(
    () => expect.unreachable(),
    (error) => error,
  );
  expect(error.message).toContain(
    `${refused}user ann may not create pods/portforward in namespace shop; this allows it:`,
  );
  expect(error.message).toContain('resources: ["pods/portforward"], verbs: ["get", "create"]');
  expect(trial.asked.map((line) => line.split(' ')[0])).toEqual(['GET', 'POST']);
});

test('renews credentials that are refused', async () => {
  const { trial, problems, begin } = await open();
  await using forward = await begin();
  trial.answer(401, 'Unauthorized', 'Unauthorized');
  trial.admit(false);
  const local = dialLocal(forward.port);
  local.socket.write('hello');
  await expect.poll(() => trial.asked.length).toBeGreaterThan(2);
  expect(await local.ended).toBe('ECONNRESET');
  expect(problems).toEqual([`${refused}401 Unauthorized`]);
  trial.answer(400, 'BadRequest', 'Upgrade request required');
  trial.admit(true);
  const again = dialLocal(forward.port);
  again.socket.write('hello');
  await again.heard('hello');
  expect(trial.asked.at(-1)).toBe('upgrade second');
});

test('takes 100 connections at once, and says that there are more', async () => {
  const { problems, begin } = await open();
  await using forward = await begin();
  const all = Array.from({ length: 100 }, () => dialLocal(forward.port));
  for (const { socket } of all) socket.write('x');
  await Promise.all(all.map(({ heard }) => heard('x')));
  await dialLocal(forward.port).ended;
  expect(problems).toEqual([
    'create pods/portforward talker in namespace shop: expected at most 100 connections to port 7000 at once, got one more; close others first',
  ]);
});

test('leaves nothing open when it is closed, whatever is under way', async () => {
  const { trial, problems, begin } = await open();
  const forward = await begin();
  const talking = dialLocal(forward.port);
  talking.socket.write('x');
  await talking.heard('x');
  trial.stall();
  const waiting = dialLocal(forward.port);
  while (trial.sockets.size < 3) await delay(1);
  await Promise.all([forward.close(), forward.close()]);
  await Promise.all([talking.ended, waiting.ended]);
  while (trial.sockets.size > 0) await delay(1);
  expect(await dialLocal(forward.port).ended).toBe('ECONNREFUSED');
  expect(problems).toEqual([]);
});

test('is closed by its signal, and does not begin after it', async () => {
  const controller = new AbortController();
  const { begin } = await open(controller.signal);
  const { port } = await begin();
  const local = dialLocal(port);
  local.socket.write('x');
  await local.heard('x');
  controller.abort(new Error('enough'));
  await local.ended;
  expect(await dialLocal(port).ended).toBe('ECONNREFUSED');
  await expect(begin()).rejects.toThrow('enough');
});

test('frees the way to the pod when the local end breaks off', async () => {
  const { trial, problems, begin } = await open();
  const pod = Promise.withResolvers<PodEnd>();
  trial.onPodEnd(pod.resolve);
  await using forward = await begin();
  const local = dialLocal(forward.port);
  const { socket } = await pod.promise;
  local.socket.resetAndDestroy();
  await once(socket, 'close');
  expect(problems).toEqual([]);
});

test('lets the pod answer when the local end has said all, and then closes', async () => {
  const { trial, begin } = await open();
  const pod = Promise.withResolvers<PodEnd>();
  trial.onPodEnd(pod.resolve);
  await using forward = await begin();
  const local = dialLocal(forward.port);
  local.socket.end('question');
  const end = await pod.promise;
  end.onData(() => setTimeout(() => end.say('answer'), 100));
  const closed = once(end.socket, 'close');
  await local.heard('answer');
  await Promise.all([closed, local.ended]);
});

test('lets neither side run ahead of the other by more than some megabytes', async () => {
  const { trial, begin } = await open();
  const pod = Promise.withResolvers<PodEnd>();
  trial.onPodEnd(pod.resolve);
  await using forward = await begin();
  const { socket: local } = dialLocal(forward.port);
  const end = await pod.promise;
  const part = Buffer.alloc(64 * 1024, 'x');
  const total = 384 * part.length;

  local.pause();
  end.socket.pause();
  for (let sent = 0; sent < total; sent += part.length) {
    end.say(part);
    local.write(part);
  }
  await delay(500);
  // What is still with the sender; the rest is in the buffers of the sockets on the way.
  expect(end.socket.writableLength).toBeGreaterThan(total / 2);
  expect(local.writableLength).toBeGreaterThan(total / 2);

  const count = (onData: (listener: (data: Buffer) => void) => void) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    let bytes = 0;
    onData((data) => {
      bytes += data.length;
      if (bytes >= total) resolve(bytes);
    });
    return promise;
  };
  const both = [count(end.onData), count((listener) => local.on('data', listener))];
  local.resume();
  end.socket.resume();
  expect(await Promise.all(both)).toEqual([total, total]);
});
