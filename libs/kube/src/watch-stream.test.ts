import { expect, test } from 'vitest';
import { describeRequest } from './request-path.ts';
import { readWatchEvents } from './watch-stream.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods', true);
const pod = (name: string) => ({ metadata: { name, uid: 'u', resourceVersion: '7' } });
const added = (name: string) => `${JSON.stringify({ type: 'ADDED', object: pod(name) })}\n`;

async function read(body: AsyncIterable<Buffer>, maxBytes?: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of readWatchEvents(body, about, maxBytes))
    seen.push(
      event.type === 'BOOKMARK'
        ? `BOOKMARK ${event.resourceVersion}`
        : `${event.type} ${event.object.metadata.name}`,
    );
  return seen;
}

async function* chunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 2, 3, 7, 64, 10_000])(
  'reads the same however it is cut: %i bytes a chunk',
  async (size) => {
    const bookmark = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}\n';
    const text = added('größe-✓-𝄞') + bookmark + added('b');
    expect(await read(chunks(text, size))).toEqual(['ADDED größe-✓-𝄞', 'BOOKMARK 9', 'ADDED b']);
  },
);

test('an ERROR event is thrown with its status', async () => {
  const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
  const text = `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
  await expect(read(chunks(text, 100))).rejects.toMatchObject({
    status: 410,
    reason: 'Expired',
    lostVersion: true,
    message: 'watch pods in namespace micro: 410 too old',
  });
});

test.each([
  ['{"type":"ADDED"}\n', 'Malformed', 'expected an object with metadata.name, got '],
  ['{"type":"MOVED","object":{}}\n', 'Malformed', 'expected an event, got {"type":"MOVED"'],
  ['{"type":"BOOKMARK","object":{}}\n', 'Malformed', 'expected metadata.resourceVersion'],
  ['null\n', 'Malformed', 'null'],
  ['<html>\n', 'Malformed', 'not valid JSON'],
  [added('cut').slice(0, -5), 'Malformed', 'ended within an event'],
  [`${'x'.repeat(2000)}\n`, 'TooLarge', 'expected lines of at most 1000 bytes'],
  ['x'.repeat(2000), 'TooLarge', 'expected lines of at most 1000 bytes'],
])('says what is wrong with %.40s', async (text, reason, message) => {
  await expect(read(chunks(added('first') + text, 300), 1000)).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(message),
  });
});
