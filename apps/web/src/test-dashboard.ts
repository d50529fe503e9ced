import { Say } from '@micro/contracts';
import { createMemoryRegistry, createNodeTable, type Node, type Registry } from '@micro/registry';
import {
  createChannels,
  createClientFactory,
  createServer,
  type Handlers,
  RpcError,
} from '@micro/rpc';
import { type Running, start } from '@micro/service';
import { onTestFinished } from 'vitest';
import type { Snapshot } from './live.ts';
import { web } from './web.ts';

/** The service that `startGreeter` registers. */
export const greeter = 'go.micro.srv.greeter';

/** A dashboard that runs for one test, and another hand on its registry. */
export interface Dashboard {
  readonly url: string;
  readonly registry: Registry;
  readonly running: Running;
}

/** Starts the dashboard, by default on any free port; it is stopped when the test is over. */
export async function startDashboard(address = '127.0.0.1:0'): Promise<Dashboard> {
  const table = createNodeTable();
  const registries = { shared: () => createMemoryRegistry(table) };
  const options = ['--registry=shared', `--address=${address}`, '--log_level=error'];
  const running = await start({ ...web, registries }, [...options, '--shutdown_timeout=0.5'], {});
  onTestFinished(() => running.stop());
  return { url: `http://${running.httpAddress}`, registry: createMemoryRegistry(table), running };
}

/**
 * Registers a server of Say, where counting to 0 has no end and counting to less fails.
 *
 * @returns Its node, and when the endless count was cancelled.
 */
export async function startGreeter(
  registry: Registry,
): Promise<{ node: Node; cancelled: Promise<void> }> {
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  const say: Handlers<typeof Say> = {
    hello({ name }, { metadata }) {
      if (name === '') throw new RpcError(412, 'expected a name');
      return { msg: `Hello ${name}${metadata['title'] ?? ''}` };
    },
    async *count({ to }, { signal }) {
      for (let n = 1; n <= to; n++) yield { n };
      if (to > 0) return;
      yield { n: to };
      if (to < 0) throw new RpcError(412, 'expected a way up');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancel();
    },
    async *chat(requests) {
      for await (const { name } of requests) yield { msg: name };
    },
  };
  const channels = createChannels(registry);
  const client = createClientFactory({ channels, name: 'test' });
  const server = createServer({ name: greeter, client, handlers: [[Say, say]] });
  const address = await server.listen('127.0.0.1:0');
  onTestFinished(async () => {
    channels.close();
    await server.close(100);
  });
  const node: Node = {
    id: `${greeter}-1`,
    service: greeter,
    version: '1.10.0',
    address,
    metadata: { protocol: 'grpc' },
    endpoints: server.endpoints,
  };
  await registry.register(node);
  return { node, cancelled };
}

/** Posts JSON. */
export function post(url: string, body: unknown, options: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...options.headers };
  return fetch(url, { ...options, method: 'POST', headers, body: JSON.stringify(body) });
}

/** Reads the snapshots of `/api/events` as they come. */
export async function* readSnapshots(
  url: string,
  options: RequestInit = {},
): AsyncGenerator<Snapshot> {
  const prefix = 'event: snapshot\ndata: ';
  const { body } = await fetch(`${url}/api/events`, options);
  let rest = '';
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events)
      if (event.startsWith(prefix)) yield JSON.parse(event.slice(prefix.length)) as Snapshot;
  }
}
