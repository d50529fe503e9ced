import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, RpcError } from '@micro/rpc';
import type {
  ErrorSchema,
  Error as ErrorShape,
  Header,
  HeaderSchema,
} from './gen/connectrpc/conformance/v1/service_pb.ts';

/** What comes before a message's name in the suite's `google.protobuf.Any`. */
const typePrefix = 'type.googleapis.com/';

/** Our metadata in the suite's words. It takes joined values for what they are. */
export function toHeaders(
  metadata: Readonly<Record<string, string>>,
): MessageInitShape<typeof HeaderSchema>[] {
  return Object.entries(metadata).map(([name, value]) => ({ name, value: [value] }));
}

/** The suite's headers as our metadata: keys in lower case, several values of one joined. */
export function fromHeaders(headers: readonly Header[]): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => [name.toLowerCase(), value.join(', ')]),
  );
}

/** A failure in the suite's words. Its codes are gRPC's. */
export function toError(error: RpcError): MessageInitShape<typeof ErrorSchema> {
  return {
    code: error.grpcCode,
    message: error.detail,
    details: error.details.map(({ type, value }) => ({ typeUrl: typePrefix + type, value })),
  };
}

/** The failure that the suite asks a handler for. */
export function fromError({ code, message = '', details }: ErrorShape): RpcError {
  const known = Object.values(Code).find((one) => one === code) ?? Code.UNKNOWN;
  return RpcError.grpc(known, message, {
    details: details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
      value,
    })),
  });
}
