import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Hears what a caller was not told: the request and the error behind a 500. */
export type OnHttpError = (
  request: { id: string; method: string; path: string },
  error: unknown,
) => void;

/** What every error is answered with: go-micro's `errors.Error`. */
interface ErrorBody {
  readonly id: string;
  readonly code: number;
  readonly detail: string;
  readonly status: string;
}

/** Answers every error as JSON with the status in it; only what is meant for callers is told. */
export function answerErrors(app: FastifyInstance, name: string, onError?: OnHttpError): void {
  app.setErrorHandler((error, request, reply) => {
    const body = bodyOf(error, name);
    if (body.code === 500)
      onError?.({ id: request.id, method: request.method, path: pathOf(request.url) }, error);
    return reply.code(body.code).type('application/json').send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `nothing at ${request.method} ${pathOf(request.url)}`;
    return reply
      .code(404)
      .send({ id: name, code: 404, detail, status: 'Not Found' } satisfies ErrorBody);
  });
}

function bodyOf(error: unknown, name: string): ErrorBody {
  const { code, toJSON, statusCode, message } = error as {
    code?: unknown;
    toJSON?: () => ErrorBody;
    statusCode?: number;
    message?: string;
  };
  // An RpcError: it knows its form, and this room does not know that one.
  if (typeof code === 'number' && typeof toJSON === 'function') {
    const body = toJSON.call(error);
    return { ...body, id: body.id || name };
  }
  const status =
    statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
  const detail = status === 500 ? 'internal error' : (message ?? '');
  return { id: name, code: status, detail, status: STATUS_CODES[status] ?? '' };
}

/** Queries may hold secrets. */
function pathOf(url: string): string {
  return url.split('?', 1)[0]?.slice(0, 200) ?? '';
}
