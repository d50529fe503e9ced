import { Code } from './transport/code.ts';

/**
 * HTTP status and gRPC code of each kind of error. The first row of either is what it becomes as the
 * other. From go-micro 1.18 server/grpc/error.go; 405, 413, 429, 499, 502 and 504 are ours, where the
 * origin knew only 500, and so are the gRPC codes that share a status.
 */
export const kinds: ReadonlyArray<readonly [http: number, grpc: Code]> = [
  [400, Code.INVALID_ARGUMENT],
  [400, Code.OUT_OF_RANGE],
  [401, Code.UNAUTHENTICATED],
  [403, Code.PERMISSION_DENIED],
  [404, Code.NOT_FOUND],
  [409, Code.ALREADY_EXISTS],
  [409, Code.ABORTED],
  [412, Code.FAILED_PRECONDITION],
  [429, Code.RESOURCE_EXHAUSTED],
  [413, Code.RESOURCE_EXHAUSTED],
  [499, Code.CANCELLED],
  [500, Code.INTERNAL],
  [500, Code.UNKNOWN],
  [500, Code.DATA_LOSS],
  [501, Code.UNIMPLEMENTED],
  [405, Code.UNIMPLEMENTED],
  [503, Code.UNAVAILABLE],
  [502, Code.UNAVAILABLE],
  [504, Code.DEADLINE_EXCEEDED],
  [408, Code.DEADLINE_EXCEEDED],
];

/** The HTTP status of a gRPC code; 500 for one that does not exist. */
export function httpOf(code: number): number {
  return kinds.find(([, grpc]) => grpc === code)?.[0] ?? 500;
}

/** The gRPC code of an HTTP status; UNKNOWN, as go-micro says, for one that is in no row. */
export function grpcOf(status: number): Code {
  return kinds.find(([http]) => http === status)?.[1] ?? Code.UNKNOWN;
}

/** Whether it is an HTTP status that says error. */
export function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}
