import { afterEach, describe, expect, test } from 'vitest';
import type { Change, Node, Registry, View } from './registry.ts';

/** One party on a network of registries that shall see each other. */
export interface Party {
  readonly registry: Registry;
  /** The host its nodes must say they are on, for forms that take it from elsewhere. */
  readonly host: string;
}

/** A network made for one test. */
export interface Network extends AsyncDisposable {
  connect(): Promise<Party>;
}

/** What every form of the registry keeps, a registry of your own too. */
export function registryContract(form: string, createNetwork: () => Promise<Network>): void {
  describe(`${form} registry`, () => {
    const open: AsyncDisposable[] = [];
    afterEach(async () => {
      for (const thing of open.splice(0).reverse()) await thing[Symbol.asyncDispose]();
    });
    const network = async (): Promise<() => Promise<Party>> => {
      const net = await createNetwork();
      open.push(net);
      return async () => {
        const party = await net.connect();
        open.push({ [Symbol.asyncDispose]: () => party.registry.close() });
        return party;
      };
    };

    test('shows a node that registers exactly as it was registered', async () => {
      const connect = await network();
      const [writer, reader] = [await connect(), await connect()];
      const view = reader.registry.watch('a.service');
      await view.synced;
      const node = nodeOf(writer, { endpoints: [hello], metadata: { zone: 'b', grpc: 'yes ✓' } });
      await writer.registry.register(node);
      await eventually(view, (nodes) => nodes.length === 1);
      expect(view.nodes).toEqual([node]);
    });

    test('shows a late watcher who registered before it came', async () => {
      const connect = await network();
      const [writer, reader] = [await connect(), await connect()];
      await writer.registry.register(nodeOf(writer));
      const view = reader.registry.watch();
      await view.synced;
      await eventually(view, (nodes) => nodes.length === 1);
      expect(reader.registry.status.state).toBe('synced');
    });

    test('says a changed registration as one update', async () => {
      const connect = await network();
      const [writer, reader] = [await connect(), await connect()];
      await writer.registry.register(nodeOf(writer));
      const view = reader.registry.watch('a.service');
      await eventually(view, (nodes) => nodes.length === 1);
      const changes = record(view);
      await writer.registry.register(nodeOf(writer, { version: '2' }));
      await eventually(view, ([node]) => node?.version === '2');
      expect(changes).toEqual([{ type: 'updated', node: nodeOf(writer, { version: '2' }) }]);
    });

    test('says nothing when a registration is repeated', async () => {
      const connect = await network();
      const [writer, reader] = [await connect(), await connect()];
      await writer.registry.register(nodeOf(writer));
      const view = reader.registry.watch();
      await eventually(view, (nodes) => nodes.length === 1);
      const changes = record(view);
      await writer.registry.register(nodeOf(writer));
      await writer.registry.register(nodeOf(writer, { service: 'b.service', id: 'b-1' }));
      await eventually(view, (nodes) => nodes.length === 2);
      expect(changes.map(({ type, node }) => `${type} ${node.id}`)).toEqual(['added b-1']);
    });

    test('removes a node that is withdrawn and leaves its siblings', async () => {
      const connect = await network();
      const [one, two, reader] = [await connect(), await connect(), await connect()];
      await one.registry.register(nodeOf(one, { id: 'a-1' }));
      await one.registry.register(nodeOf(one, { service: 'b.service', id: 'b-1' }));
      await two.registry.register(nodeOf(two, { id: 'a-2' }));
      const view = reader.registry.watch();
      await eventually(view, (nodes) => nodes.length === 3);
      await one.registry.deregister(nodeOf(one, { id: 'a-1' }));
      await eventually(view, (nodes) => nodes.length === 2);
      expect(view.nodes.map((node) => node.id).sort()).toEqual(['a-2', 'b-1']);
      await one.registry.deregister(nodeOf(one, { id: 'a-1' }));
    });

    test('lets a node come back after it was withdrawn', async () => {
      const connect = await network();
      const [writer, reader] = [await connect(), await connect()];
      const view = reader.registry.watch('a.service');
      for (let round = 0; round < 2; round++) {
        await writer.registry.register(nodeOf(writer));
        await eventually(view, (nodes) => nodes.length === 1);
        await writer.registry.deregister(nodeOf(writer));
        await eventually(view, (nodes) => nodes.length === 0);
      }
    });

    test('keeps apart services whose names look alike', async () => {
      const connect = await network();
      const [one, two, reader] = [await connect(), await connect(), await connect()];
      await one.registry.register(nodeOf(one, { service: 'topic:a', id: 'colon' }));
      await two.registry.register(nodeOf(two, { service: 'topic_a', id: 'line' }));
      const all = reader.registry.watch();
      await eventually(all, (nodes) => nodes.length === 2);
      const view = reader.registry.watch('topic:a');
      await eventually(view, (nodes) => nodes.length === 1);
      expect(view.nodes.map((node) => node.id)).toEqual(['colon']);
      expect(reader.registry.watch('topic').nodes).toEqual([]);
    });

    test('iterates over who is there and then over each change, until closed', async () => {
      const connect = await network();
      const [one, two, reader] = [await connect(), await connect(), await connect()];
      await one.registry.register(nodeOf(one, { id: 'a-1' }));
      const view = reader.registry.watch('a.service');
      await eventually(view, (nodes) => nodes.length === 1);
      const seen: string[] = [];
      const done = (async () => {
        for await (const { type, node } of view) seen.push(`${type} ${node.id}`);
      })();
      await two.registry.register(nodeOf(two, { id: 'a-2' }));
      await eventually(view, (nodes) => nodes.length === 2);
      await one.registry.deregister(nodeOf(one, { id: 'a-1' }));
      await eventually(view, (nodes) => nodes.length === 1);
      while (seen.length < 3) await new Promise(setImmediate);
      view.close();
      await done;
      expect(seen).toEqual(['added a-1', 'added a-2', 'removed a-1']);
    });

    test('refuses a node that nobody could call', async () => {
      const connect = await network();
      const { registry, host } = await connect();
      const wrong = nodeOf({ registry, host }, { address: 'nowhere' });
      await expect(registry.register(wrong)).rejects.toThrow(
        /expected the address of a-1 as host:port with a port from 1 to 65535, got "nowhere"/,
      );
      await expect(registry.register(nodeOf({ registry, host }, { service: '' }))).rejects.toThrow(
        /expected a service name, got an empty one/,
      );
    });
  });
}

const hello = {
  name: 'Say.Hello',
  request: {
    name: 'Request',
    type: 'Request',
    values: [{ name: 'name', type: 'string', values: [] }],
  },
  response: {
    name: 'Response',
    type: 'Response',
    values: [{ name: 'msg', type: 'string', values: [] }],
  },
  metadata: { stream: 'false', public: 'true' },
};

function nodeOf(party: Party, changes: Partial<Node> = {}): Node {
  return {
    id: 'a-1',
    service: 'a.service',
    version: '1',
    address: `${party.host}:9090`,
    metadata: {},
    endpoints: [],
    ...changes,
  };
}

function record(view: View): Change[] {
  const changes: Change[] = [];
  view.subscribe((change) => changes.push(change));
  return changes;
}

/** Waits for the view, not for the clock; the test's own time limit ends it. */
async function eventually(view: View, holds: (nodes: readonly Node[]) => boolean): Promise<void> {
  if (holds(view.nodes)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = view.subscribe(() => {
    if (holds(view.nodes)) resolve();
  });
  await promise;
  stop();
}
