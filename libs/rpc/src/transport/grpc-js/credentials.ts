import { ChannelCredentials } from '@grpc/grpc-js';
import type { TlsFiles } from '../transport.ts';

export function channelCredentials(_: { readonly tls?: TlsFiles }): ChannelCredentials {
  return ChannelCredentials.createInsecure();
}
