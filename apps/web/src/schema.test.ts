import { expect, test } from 'vitest';
import type { SchemaSummary } from './schema.ts';
import { greeter, startDashboard, startGreeter } from './test-dashboard.ts';

test('describes what a service can be called with', async () => {
  const board = await startDashboard();
  await startGreeter(board.registry);
  const answer = await fetch(`${board.url}/api/schema/${greeter}`);
  const { methods, messages } = (await answer.json()) as SchemaSummary;
  expect(methods[1]).toEqual({
    endpoint: 'Say.Count',
    kind: 'server_streaming',
    input: `${greeter}.CountRequest`,
    output: `${greeter}.CountResponse`,
    example: { to: 0 },
  });
  expect(messages[`${greeter}.Request`]).toEqual([{ name: 'name', type: 'string' }]);
  expect((await fetch(`${board.url}/api/schema/nobody`)).status).toBe(404);
});
