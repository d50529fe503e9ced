import type { IncomingHttpHeaders } from 'node:http';
import type { HttpServer } from '@micro/http';
import { RpcError } from '@micro/rpc';
import { formToJson, type JsonValue, type MethodSchema } from '@micro/rpc/dynamic';

/** Takes forms beside JSON, and nothing else. */
export function addBodyParsers(app: HttpServer): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', async ({ headers }: { headers: IncomingHttpHeaders }) => {
    throw new RpcError(415, `expected application/json or a form, got ${headers['content-type']}`);
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string | Buffer) => new URLSearchParams(String(body)),
  );
}

/**
 * Makes a method's request from the query and the body, the body's fields over the query's. Both
 * kinds of form are typed by the schema.
 *
 * @param url The request's path and query.
 * @throws RpcError 400 naming what does not fit.
 */
export function requestOf({ descriptor }: MethodSchema, url: string, body: unknown): JsonValue {
  const query = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?') + 1)) : [];
  const fields = formToJson(descriptor.input, query);
  if (body === undefined || body === null) return fields;
  if (body instanceof URLSearchParams) return { ...fields, ...formToJson(descriptor.input, body) };
  if (typeof body !== 'object' || Array.isArray(body)) {
    if (Object.keys(fields).length > 0)
      throw new RpcError(400, 'expected a JSON object as body beside a query');
    return body as JsonValue; // Some messages are no objects in JSON: a Timestamp is a string.
  }
  return { ...fields, ...(body as Record<string, JsonValue>) };
}
