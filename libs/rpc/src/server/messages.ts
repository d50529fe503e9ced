import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  isMessage,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import { methodOf } from '../method.ts';

/** @throws RpcError 400 if the bytes are no such message. */
export function readRequest({ input }: DescMethod, bytes: Uint8Array): MessageShape<DescMessage> {
  try {
    return fromBinary(input, bytes);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new RpcError(400, `expected a message ${input.typeName}, got other bytes: ${why}`, {
      cause,
    });
  }
}

/**
 * @param response What a handler answered, whatever that is.
 * @throws TypeError if it is no such message: the handler's mistake.
 * @throws RpcError 413 if it is larger than `maxBytes`.
 */
export function writeResponse(method: DescMethod, response: unknown, maxBytes: number): Uint8Array {
  const { output } = method;
  if (!isInit(output, response))
    throw new TypeError(
      `expected ${methodOf(method).endpoint} to answer a ${output.typeName}, got ${nameOf(response)}`,
    );
  const bytes = toBinary(output, create(output, response));
  if (bytes.byteLength > maxBytes)
    throw new RpcError(
      413,
      `expected a response of at most ${maxBytes} bytes, got ${bytes.byteLength}`,
    );
  return bytes;
}

/** Whether it is a message of the type, or an object that may become one. */
function isInit(type: DescMessage, value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isMessage(value) ? value.$typeName === type.typeName : true;
}

function nameOf(value: unknown): string {
  if (isMessage(value)) return `a ${value.$typeName}`;
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
}
