import { expect, test } from 'vitest';
import type { KubeClient, ListOptions } from '../client.ts';
import { KubeError } from '../errors.ts';
import { describeRequest } from '../request-path.ts';
import { listWhole } from './list-whole.ts';

const about = describeRequest('GET', '/api/v1/namespaces/micro/pods');
const { signal } = new AbortController();

/** A server with two pages, whose second can be lost. */
function createServer(lost: boolean) {
  const asked: Omit<ListOptions, 'signal'>[] = [];
  const listPods: KubeClient['listPods'] = async (_, { signal: __, ...options }) => {
    asked.push(options);
    if (lost && options.continue) throw new KubeError('Expired', '', about, { status: 410 });
    const next = options.limit && !options.continue ? 'page-2' : '';
    return { resourceVersion: `${asked.length}`, next };
  };
  return { client: { listPods }, asked };
}

test.each([
  ['the cache in one piece', '0', false, [{ resourceVersion: '0' }], 1],
  ['the cache, not older than it was, in one piece', '7', false, [{ resourceVersion: '7' }], 1],
  ['etcd in pages', '', false, [{ limit: 500 }, { limit: 500, continue: 'page-2' }], 1],
  [
    'etcd once more, where a page is lost',
    '',
    true,
    [{ limit: 500 }, { limit: 500, continue: 'page-2' }, {}],
    2,
  ],
])('asks %s', async (_, notOlderThan, lost, expected, begun) => {
  const { client, asked } = createServer(lost);
  let times = 0;
  const version = await listWhole(
    client,
    'micro',
    { signal },
    notOlderThan,
    () => times++,
    () => {},
  );
  expect(asked).toEqual(expected);
  expect([version, times]).toEqual([String(expected.length), begun]);
});
