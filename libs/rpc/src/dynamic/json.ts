import { type DescMessage, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import type { Message } from '../method.ts';
import type { Schema } from './schema.ts';

/**
 * @param id Who refuses.
 * @throws RpcError 400 saying which field does not fit.
 */
export function readJson(
  schema: DescMessage,
  json: JsonValue,
  registry: Schema['types'],
  id: string,
): Message {
  try {
    return fromJson(schema, json, { registry });
  } catch (cause) {
    throw new RpcError(400, (cause as Error).message, { id, cause });
  }
}

/** Fields that are empty are written too: who reads it sees all there is. */
export function writeJson(
  schema: DescMessage,
  message: Message,
  registry: Schema['types'],
): JsonValue {
  return toJson(schema, message, { registry, alwaysEmitImplicit: true });
}
