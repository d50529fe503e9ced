import type { HttpServer } from '@micro/http';
import { left } from '@micro/http';
import { RpcError } from '@micro/rpc';
import type { JsonValue } from '@micro/rpc/dynamic';
import type { Service } from '@micro/service';
import { metadataOf, timeoutOf } from './headers.ts';

/**
 * go-micro's `POST /rpc`: `{ service, endpoint, request }` as JSON or as form fields; `method` is
 * an older word for `endpoint`, and the request may be JSON within a string.
 */
export function addRpcRoute(app: HttpServer, { dynamic }: Service): void {
  app.post('/rpc', async (request, reply) => {
    const { service, endpoint, message } = readCall(request.body);
    const options = {
      metadata: metadataOf(request.headers, request.id),
      ...timeoutOf(request.headers),
    };
    return dynamic.call({ service, endpoint, ...options, signal: left(reply.raw) }, message);
  });
}

function readCall(body: unknown): { service: string; endpoint: string; message: JsonValue } {
  const fields: Record<string, unknown> =
    body instanceof URLSearchParams ? Object.fromEntries(body) : { ...(body as object) };
  const { service, endpoint = fields['method'], request = {}, address } = fields;
  if (typeof service !== 'string' || service === '') throw invalid('service', service);
  if (typeof endpoint !== 'string' || endpoint === '') throw invalid('endpoint', endpoint);
  // The origin dials any address it is given, and with it the cluster's insides.
  if (address !== undefined && address !== '')
    throw new RpcError(400, 'expected no address: the registry knows where a service is');
  return {
    service,
    endpoint,
    message: typeof request === 'string' ? parse(request) : (request as JsonValue),
  };
}

function parse(text: string): JsonValue {
  if (text === '') return {};
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new RpcError(400, `expected request to be JSON: ${(cause as Error).message}`, { cause });
  }
}

function invalid(field: string, value: unknown): RpcError {
  return new RpcError(
    400,
    `expected ${field} to be a name, got ${JSON.stringify(value)?.slice(0, 60)}`,
  );
}
