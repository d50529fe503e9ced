export type { DescService } from '@bufbuild/protobuf';
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
export type { ErrorDetail } from './error-details.ts';
export { type ErrorJson, RpcError, type RpcErrorOptions } from './errors.ts';
export { answersGrpc } from './resolver.ts';
export type { Answered } from './server/answering.ts';
export type { CallContext, Handler, Handlers, Served, ServedList } from './server/handlers.ts';
export { createServer, type RpcServer, type ServerOptions } from './server/server.ts';
export { Code } from './transport/code.ts';
