import type { StatusObject } from '../errors.ts';
import { type Message, readFields } from './protobuf.ts';

/** Field numbers of `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`. */
const fields = {
  status: { message: 3, reason: 4, details: 5, code: 6 },
  details: { causes: 4, retryAfterSeconds: 5 },
  cause: { reason: 1 },
} as const;

/** Reads why a request was refused, in the shape that JSON has. */
export function readStatus(message: Message): StatusObject {
  const { reader } = message;
  let status: StatusObject = {};
  readFields(message, (field, content) => {
    if (field === fields.status.message) status = { ...status, message: reader.string() };
    else if (field === fields.status.reason) status = { ...status, reason: reader.string() };
    else if (field === fields.status.code) status = { ...status, code: reader.int32() };
    else if (field === fields.status.details)
      status = { ...status, details: readDetails(content()) };
  });
  return status;
}

function readDetails(message: Message): NonNullable<StatusObject['details']> {
  const { reader } = message;
  const causes: { reason: string }[] = [];
  let retryAfterSeconds = 0;
  readFields(message, (field, content) => {
    if (field === fields.details.causes) causes.push(readCause(content()));
    else if (field === fields.details.retryAfterSeconds) retryAfterSeconds = reader.int32();
  });
  return { causes, ...(retryAfterSeconds > 0 && { retryAfterSeconds }) };
}

function readCause(message: Message): { reason: string } {
  let reason = '';
  readFields(message, (field) => {
    if (field === fields.cause.reason) reason = message.reader.string();
  });
  return { reason };
}
