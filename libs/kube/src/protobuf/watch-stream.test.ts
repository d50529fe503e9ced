import { chooseEncoding } from '@micro/testing';
import { expect, test } from 'vitest';
import { eventsOf } from '../read-all.ts';
import { describeRequest } from '../request-path.ts';
import { maxEventBytes, readWatchEvents } from './watch-stream.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods', true);
const { event } = chooseEncoding('application/vnd.kubernetes.protobuf');
const object = (name: string, text = '') => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, uid: 'u', resourceVersion: '7', annotations: { text } },
  spec: {},
  status: {},
});
const added = (name: string) => event('ADDED', object(name));
const bookmark = event('BOOKMARK', { ...object(''), metadata: { resourceVersion: '9' } });

async function read(body: AsyncIterable<Buffer>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of eventsOf(readWatchEvents(body, about)))
    seen.push(
      event.type === 'BOOKMARK'
        ? `BOOKMARK ${event.resourceVersion}`
        : `${event.type} ${event.object.metadata.name}`,
    );
  return seen;
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 2, 3, 7, 64, 10_000])(
  'R16: reads the same however it is cut: %i bytes a chunk',
  async (size) => {
    const bytes = Buffer.concat([added('größe-✓-𝄞'), bookmark, added('b')]);
    expect(await read(chunks(bytes, size))).toEqual(['ADDED größe-✓-𝄞', 'BOOKMARK 9', 'ADDED b']);
  },
);

test('what arrives together is yielded together', async () => {
  const bytes = Buffer.concat([added('a'), bookmark, added('b'), added('c').subarray(0, 9)]);
  const stream = readWatchEvents(chunks(bytes, 10_000), about);
  expect((await stream.next()).value).toHaveLength(3);
});

test('an ERROR event is thrown with its status', async () => {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    code: 410,
    reason: 'Expired',
    message: 'too old',
    details: { retryAfterSeconds: 3, causes: [{ reason: 'ResourceVersionTooLarge' }] },
  };
  await expect(read(chunks(event('ERROR', status), 100))).rejects.toMatchObject({
    status: 410,
    reason: 'Expired',
    retryAfterMs: 3_000,
    causes: ['ResourceVersionTooLarge'],
    lostVersion: true,
    message: 'watch pods in namespace micro: 410 too old',
  });
});

const frame = (bytes: Buffer | string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
};

test.each([
  [
    'no object',
    frame('\n\x05ADDED'),
    'Malformed',
    'expected an object in protobuf, in an event of 7 bytes',
  ],
  [
    'an unknown type',
    event('MOVED', object('a')),
    'Malformed',
    'expected a known type of event, got "MOVED"',
  ],
  [
    'no metadata',
    event('ADDED', { ...object('a'), metadata: {} }),
    'Malformed',
    'expected a pod with a name',
  ],
  [
    'no version',
    event('BOOKMARK', { ...object(''), metadata: {} }),
    'Malformed',
    'resourceVersion',
  ],
  ['nothing', frame(''), 'Malformed', 'expected a known type of event, got ""'],
  ['JSON', Buffer.from('{"type":"ADDED","object":{}}\n'), 'TooLarge', 'got one of 2065855609'],
  ['HTML', frame('<html>log in</html>'), 'Malformed', 'in an event of 19 bytes: "<html>log in'],
  ['an end within', added('cut').subarray(0, -5), 'Malformed', 'ended within an event'],
  [
    '2 MiB and more',
    event('ADDED', object('a', 'x'.repeat(maxEventBytes))),
    'TooLarge',
    'an event of at most 2097152 bytes',
  ],
])('R17: says what is wrong with %s, in few words', async (_, bytes, reason, message) => {
  const error = await read(chunks(Buffer.concat([added('first'), bytes]), 300)).catch((e) => e);
  expect(error).toMatchObject({ reason, message: expect.stringContaining(message) });
  expect(error.message.length).toBeLessThan(400);
});

test('R17: what came before it in the same chunk is told', async () => {
  const stream = eventsOf(
    readWatchEvents(chunks(Buffer.concat([added('first'), frame('?')]), 999), about),
  );
  expect((await stream.next()).value).toMatchObject({ type: 'ADDED' });
  await expect(stream.next()).rejects.toMatchObject({ reason: 'Malformed' });
});
