import { createMemoryRegistry, splitAddress } from '@micro/registry';
import { createChannels, createClientFactory, createServer } from '@micro/rpc';
import { frameMessage, readMessages } from './frames.ts';
import {
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from './gen/connectrpc/conformance/v1/server_compat_pb.ts';
import { ConformanceService } from './gen/connectrpc/conformance/v1/service_pb.ts';
import { conformanceHandlers } from './handlers.ts';

const name = 'conformance';

/**
 * Our server as the suite starts it: hears on standard input what to be, says where it listens, and
 * ends on SIGTERM.
 */
const { value: wanted } = await readMessages(ServerCompatRequestSchema, process.stdin).next();
if (!wanted) throw new Error('expected to hear on standard input what to be, heard nothing');
const channels = createChannels(createMemoryRegistry());
const server = createServer({
  name,
  handlers: [[ConformanceService, conformanceHandlers]],
  client: createClientFactory({ channels, name }),
  limits: wanted.messageReceiveLimit === 0 ? {} : { maxRequestBytes: wanted.messageReceiveLimit },
});
process.once('SIGTERM', () => void server.close(0).then(() => process.exit()));
const at = splitAddress(await server.listen('127.0.0.1:0'));
server.setServing(true);
process.stdout.write(frameMessage(ServerCompatResponseSchema, at ?? {}));
