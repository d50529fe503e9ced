export type { DescService } from '@bufbuild/protobuf';
export type { Answered } from './answer.ts';
export { type Channels, createChannels } from './channel.ts';
export {
  type CallOptions,
  type Client,
  type ClientFactory,
  type ClientFactoryOptions,
  type ClientMethod,
  createClientFactory,
  type Inherited,
} from './client.ts';
export { endpointsOf } from './endpoints.ts';
export { type ErrorJson, RpcError } from './errors.ts';
export type { CallContext, Handler, Handlers, Served, ServedList } from './handlers.ts';
export { answersGrpc } from './resolver.ts';
export { createServer, type RpcServer, type ServerOptions } from './server.ts';
