import { transportContract } from '../contract.ts';
import { grpcJs } from './index.ts';

transportContract('grpc-js', grpcJs);
