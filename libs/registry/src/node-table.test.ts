import { expect, test } from 'vitest';
import { createBrowser } from './mdns/browser.ts';
import { encodeAnnouncement } from './mdns/encode.ts';
import { parseMessage } from './mdns/parse.ts';
import { node } from './mdns/trial.ts';
import { createMemoryRegistry } from './memory.ts';
import { createNodeTable } from './node-table.ts';

test('R33: a node that two registries tell of is one, by service and id', async () => {
  const table = createNodeTable();
  const changes: string[] = [];
  table.view().subscribe(({ type, node }) => changes.push(`${type} ${node.id} ${node.version}`));
  const memory = createMemoryRegistry(table);
  const browser = createBrowser('micro', table, () => {});
  const hear = (version: string): void => {
    const message = parseMessage('micro', encodeAnnouncement('micro', { ...node, version }, 10));
    if (message.type === 'response') browser.hear(message, 'all');
  };

  await memory.register(node);
  hear('1');
  await memory.register(node);
  expect(changes).toEqual(['added a-1 1']);

  hear('2');
  expect([...table.nodes]).toEqual([{ ...node, version: '2' }]);
  await memory.register({ ...node, service: 'b' });
  expect(changes).toEqual(['added a-1 1', 'updated a-1 2', 'added a-1 1']);
});

test('R33: nobody counts who told of it: a node that one takes back is gone', async () => {
  const table = createNodeTable();
  const [one, two] = [createMemoryRegistry(table), createMemoryRegistry(table)];
  await one.register(node);
  await two.register(node);
  await one.deregister(node);
  expect([...table.nodes]).toEqual([]);
});
