import { expect, test } from 'vitest';
import type { Snapshot } from './live.ts';
import { greeter, startDashboard, startGreeter } from './test-dashboard.ts';

test('shows services with the nodes and endpoints of all versions', async () => {
  const board = await startDashboard();
  const { node } = await startGreeter(board.registry);
  const { endpoints: _, ...old } = { ...node, id: `${greeter}-0`, version: '1.9.0' };
  const bye = { name: 'Say.Bye', request: null, response: null, metadata: {} };
  await board.registry.register({ ...old, endpoints: [bye] });

  const { registry, services } = (await (
    await fetch(`${board.url}/api/services`)
  ).json()) as Snapshot;
  expect(registry).toMatchObject({ kind: 'memory', status: { state: 'synced' } });
  expect(services.map(({ name }) => name)).toEqual([greeter, 'go.micro.web']);
  expect(services[0]!.versions).toEqual(['1.10.0', '1.9.0']);
  expect(services[0]!.endpoints.map(({ name }) => name)).toEqual([
    'Say.Bye',
    'Say.Hello',
    'Say.Count',
    'Say.Chat',
  ]);
  expect(services[0]!.nodes).toEqual([
    { id: node.id, version: '1.10.0', address: node.address, metadata: { protocol: 'grpc' } },
    expect.objectContaining({ id: `${greeter}-0`, version: '1.9.0' }),
  ]);
  expect(await (await fetch(`${board.url}/api/services/${greeter}`)).json()).toEqual(services[0]);
});

test('says which services there are when asked for another one', async () => {
  const board = await startDashboard();
  const answer = await fetch(`${board.url}/api/services/nobody`);
  expect([answer.status, await answer.json()]).toEqual([
    404,
    {
      id: 'go.micro.web',
      code: 404,
      detail: 'no service nobody in registry memory; it knows go.micro.web',
      status: 'Not Found',
    },
  ]);
});
