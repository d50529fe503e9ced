import { type DescField, type DescMessage, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';

type JsonObject = { [key: string]: JsonValue };

const maxEntries = 1_000;
const maxDepth = 16;

/**
 * Makes the JSON of a message from a query string or a form, each value typed by its field and
 * never by its looks: `name=007` stays a string where the schema says string. Messages nest as
 * `a[b]=1` or `a.b=1`, lists repeat their key or end it in `[]`.
 *
 * @throws RpcError 400 naming the field that does not fit.
 */
export function formToJson(schema: DescMessage, entries: Iterable<[string, string]>): JsonObject {
  const json = emptyObject();
  let count = 0;
  for (const [key, value] of entries) {
    if (++count > maxEntries) throw new RpcError(400, `expected at most ${maxEntries} fields`);
    const path = key.split(/[.[]/).map((part) => part.replace(/\]$/, ''));
    if (path.at(-1) === '') path.pop();
    if (path.length > maxDepth)
      throw new RpcError(400, `expected at most ${maxDepth} levels in ${key.slice(0, 60)}`);
    put(json, schema, path, value, key);
  }
  return json;
}

function put(
  json: JsonObject,
  schema: DescMessage,
  path: string[],
  value: string,
  key: string,
): void {
  const [name = '', ...rest] = path;
  const field = schema.fields.find((f) => f.name === name || f.jsonName === name);
  if (!field)
    throw new RpcError(
      400,
      `no field ${key} in ${schema.typeName}; it has ${schema.fields.map((f) => f.name).join(', ') || 'none'}`,
    );
  const at = field.jsonName;
  if (field.fieldKind === 'map') {
    const [mapKey = '', ...tooDeep] = rest;
    if (mapKey === '' || tooDeep.length > 0)
      throw new RpcError(400, `expected ${key} as ${name}[key]=value`);
    objectAt(json, at)[mapKey] = typed(field, value, key);
  } else if (rest.length > 0) {
    if (field.fieldKind !== 'message')
      throw new RpcError(400, `expected ${name} to be one value, got ${key}`);
    put(objectAt(json, at), field.message, rest, value, key);
  } else if (field.fieldKind === 'list') {
    const list = json[at];
    const item = typed(field, value, key);
    if (Array.isArray(list)) list.push(item);
    else json[at] = [item];
  } else {
    json[at] = typed(field, value, key);
  }
}

/** Names come from a stranger's schema and a stranger's query: `__proto__` must be one like any other. */
function emptyObject(): JsonObject {
  return Object.create(null);
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const existing = json[key];
  if (typeof existing === 'object' && existing !== null && !Array.isArray(existing))
    return existing;
  const created = emptyObject();
  json[key] = created;
  return created;
}

/** Numbers and 64-bit integers may be strings in proto JSON; what remains are booleans and whole messages. */
function typed(field: DescField, value: string, key: string): JsonValue {
  if (field.scalar === ScalarType.BOOL) {
    if (value === 'true' || value === '1' || value === 'on') return true;
    if (value === 'false' || value === '0' || value === '') return false;
    throw new RpcError(
      400,
      `expected ${key} to be true or false, got ${JSON.stringify(value.slice(0, 60))}`,
    );
  }
  if (field.enum && /^-?\d+$/.test(value)) return Number(value);
  // Timestamp, Duration and wrappers are strings in JSON; other messages are written as JSON.
  if (field.message && value.startsWith('{')) {
    try {
      return JSON.parse(value) as JsonValue;
    } catch {
      throw new RpcError(
        400,
        `expected ${key} to be JSON, got ${JSON.stringify(value.slice(0, 60))}`,
      );
    }
  }
  return value;
}
