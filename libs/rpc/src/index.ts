export type { DescService } from '@bufbuild/protobuf';
export type { MemberCounts } from './balancer/member-counts.ts';
export type { ClientMeter, EjectionReason, PickedZone, RetryReason } from './balancer/meter.ts';
export { answersGrpc } from './balancer/protocol.ts';
export { type Channels, type ChannelsOptions, createChannels } from './client/channels.ts';
export {
  type CallOptions,
  type Client,
  type ClientFactory,
  type ClientFactoryOptions,
  type ClientMethod,
  createClientFactory,
} from './client/client.ts';
export type { Destination } from './client/destination.ts';
export type { Inherited } from './client/inherited.ts';
export { endpointsOf } from './endpoints.ts';
export type { ErrorDetail } from './error-details.ts';
export { type ErrorJson, RpcError, type RpcErrorOptions } from './errors.ts';
export type { Answered } from './server/answered.ts';
export type { Checks } from './server/checks.ts';
export type { CallContext, Handler, Handlers, Served, ServedList } from './server/handlers.ts';
export { createServer, type RpcServer, type ServerOptions } from './server/server.ts';
export type { Span, TracedCall, Tracer } from './tracing.ts';
export { Code } from './transport/code.ts';
export {
  openTls,
  readTls,
  TlsFileError,
  type TlsFiles,
  type TlsIdentity,
  type TlsProblemListener,
} from './transport/tls-identity.ts';
export type { Metadata, Transport } from './transport/transport.ts';
