import type { Node } from '@micro/registry';
import { expect, test } from 'vitest';
import { type Absence, explainAbsence } from './no-node.ts';
import { createTrial, nodesOf } from './trial.ts';

function explain(nodes: readonly Node[], more: Partial<Absence> = {}): string {
  return explainAbsence({
    service: 'go.micro.srv.greeter',
    reason: 'empty',
    wish: {},
    sight: { nodes, unconnected: [] },
    registry: { kind: 'memory', status: { state: 'synced' } },
    services: () => [],
    ...more,
  });
}

test('C14: where all nodes are gone the words name service, registry, what it has seen and when', () => {
  const registry: Absence['registry'] = {
    kind: 'kubernetes',
    scope: 'namespace micro',
    status: {
      state: 'synced',
      silentMs: 2_100,
      counts: { live: 0, waiting: 2, leaving: 1, broken: 0, draining: 0 },
    },
  };
  expect(explain([], { registry })).toBe(
    'no node of go.micro.srv.greeter in registry kubernetes (namespace micro): 0 of 3 seen are live, heard 2 s ago',
  );
  const services = () => ['go.micro.api.greeter', 'go.micro.srv.greeter2'];
  expect(explain([], { services })).toBe(
    'no node of go.micro.srv.greeter in registry memory; did you mean "go.micro.srv.greeter2"?',
  );
});

test('C14: a registry that is not synced or not up to date says so and why', () => {
  const of = (status: Absence['registry']['status']): string =>
    explain([], { registry: { kind: 'mdns', status } });
  expect(of({ state: 'starting', reason: 'ECONNREFUSED' })).toBe(
    'no node of go.micro.srv.greeter in registry mdns, which is not synced yet: ECONNREFUSED',
  );
  expect(of({ state: 'stale', silentMs: 61_000, reason: 'the API server is away' })).toBe(
    'no node of go.micro.srv.greeter in registry mdns: heard 61 s ago, stale: the API server is away',
  );
});

test('nodes that speak something else are told of', () => {
  const mucp = nodesOf(3, () => ({ metadata: { protocol: 'mucp' } }));
  expect(explain(mucp)).toBe('no node of go.micro.srv.greeter answers gRPC: all 3 seen speak mucp');
  expect(explain(mucp.slice(1, 2))).toBe(
    'no node of go.micro.srv.greeter answers gRPC: the one seen speaks mucp',
  );
});

test('a wish nobody suits is told in words', () => {
  const nodes = nodesOf(3);
  const wish = { version: '2', labels: { region: 'eu' } };
  expect(explain(nodes, { reason: 'unsuited', wish })).toBe(
    '0 of 3 nodes of go.micro.srv.greeter have version 2 and region eu',
  );
});

test('C5: where no connection stands the words tell how many there are and why', () => {
  const trial = createTrial({ ready: false });
  const nodes = nodesOf(3);
  trial.members.update(nodes);
  const [one, two, three] = trial.open;
  one!.become('failed', 'ECONNREFUSED');
  two!.become('failed', 'certificate has expired');
  three!.become('failed', 'ECONNREFUSED');
  const sight = trial.members.look({});
  expect(explain(nodes, { reason: 'unconnected', sight })).toBe(
    'no connection to any of 3 nodes of go.micro.srv.greeter: ECONNREFUSED (2 times), certificate has expired',
  );
});
