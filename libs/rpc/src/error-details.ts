import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { base64Decode, base64Encode } from '@bufbuild/protobuf/wire';
import { StatusSchema } from './gen/google/rpc/status_pb.ts';
import type { Code } from './transport/code.ts';

/** A message that says more of an error: one of google.rpc's, as `google.rpc.RetryInfo`, or an own. */
export interface ErrorDetail {
  /** The full name of the message. */
  readonly type: string;
  /** The message in binary. */
  readonly value: Uint8Array;
}

/** The trailer that carries a google.rpc.Status. */
export const detailsKey = 'grpc-status-details-bin';
/** As much of Any's type URL as says nothing. */
const typePrefix = 'type.googleapis.com/';

/** @param message The words the error travels with, which readers compare. */
export function writeDetails(code: Code, message: string, details: readonly ErrorDetail[]): string {
  const status = create(StatusSchema, {
    code,
    message,
    details: details.map(({ type, value }) => ({ typeUrl: `${typePrefix}${type}`, value })),
  });
  return base64Encode(toBinary(StatusSchema, status), 'std_raw');
}

/** None if it can't be read: the error itself is worth more than its details. */
export function readDetails(base64: string | undefined): readonly ErrorDetail[] {
  if (!base64) return [];
  try {
    return fromBinary(StatusSchema, base64Decode(base64)).details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
      value,
    }));
  } catch {
    return [];
  }
}
