import { createMemoryRegistry, joinAddress } from '@micro/registry';
import { type Client, createChannels, createClientFactory } from '@micro/rpc';
import { frameMessage, readMessages } from './frames.ts';
import {
  type ClientCompatRequest,
  ClientCompatRequestSchema,
  ClientCompatResponseSchema,
} from './gen/connectrpc/conformance/v1/client_compat_pb.ts';
import { ConformanceService } from './gen/connectrpc/conformance/v1/service_pb.ts';
import { perform } from './perform.ts';

type ConformanceClient = Client<typeof ConformanceService>;

/** How many calls are under way at once: with more, a busy machine is late for the suite's 5 ms. */
const maxCalls = 8;

/** Our client as the suite starts it: reads the calls to make from standard input until it ends. */
const registry = createMemoryRegistry();
const channels = createChannels(registry);
const factory = createClientFactory({ channels, name: 'conformance' });
const clients = new Map<string, Promise<ConformanceClient>>();
const calls = new Set<Promise<void>>();
for await (const request of readMessages(ClientCompatRequestSchema, process.stdin)) {
  const call = answer(request).finally(() => calls.delete(call));
  calls.add(call);
  if (calls.size >= maxCalls) await Promise.race(calls);
}
await Promise.all(calls);
channels.close();

/** Makes one call and says what came of it. */
async function answer(request: ClientCompatRequest): Promise<void> {
  const { testName } = request;
  const result = await clientOf(request)
    .then((client) => perform(request, client))
    .then(
      (value) => ({ case: 'response' as const, value }),
      (cause) => ({ case: 'error' as const, value: { message: String(cause?.stack ?? cause) } }),
    );
  process.stdout.write(frameMessage(ClientCompatResponseSchema, { testName, result }));
}

/** A client of the server at one address: a service with one node. */
function clientOf({ host, port }: ClientCompatRequest): Promise<ConformanceClient> {
  const address = joinAddress(host, port);
  const known = clients.get(address);
  if (known) return known;
  const service = `server-${port}`;
  const node = { id: address, service, version: '', address, metadata: {}, endpoints: [] };
  const client = registry.register(node).then(() => factory(ConformanceService, service));
  clients.set(address, client);
  return client;
}
