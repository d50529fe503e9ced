import { Say } from '@micro/contracts';
import { expect, test } from 'vitest';
import { endpointsOf } from './endpoints.ts';

test('describes methods as go-micro does, with what our options say', () => {
  const [hello, count, chat] = endpointsOf(Say);
  const field = (name: string, type: string) => ({ name, type, values: [] });
  expect(hello).toEqual({
    name: 'Say.Hello',
    request: { name: 'Request', type: 'Request', values: [field('name', 'string')] },
    response: { name: 'Response', type: 'Response', values: [field('msg', 'string')] },
    metadata: { stream: 'false', public: 'true', idempotent: 'true' },
  });
  expect(count).toMatchObject({ name: 'Say.Count', metadata: { stream: 'true' } });
  expect(count?.request?.values).toEqual([field('to', 'int32')]);
  expect(chat?.metadata).toEqual({ stream: 'true', public: 'true' });
});
