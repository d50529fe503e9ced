import type { Transport } from '../transport.ts';
import { createConnection } from './connection.ts';
import { createListener } from './listener.ts';

/** gRPC calls carried by grpc-js. */
export const grpcJs: Transport = { connect: createConnection, createListener };
