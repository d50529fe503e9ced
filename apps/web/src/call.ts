import type { HttpServer } from '@micro/http';
import { left } from '@micro/http';
import type { Service } from '@micro/service';
import { readCall, type UnaryRequest, unarySchema } from './call-request.ts';

/**
 * `POST /call`: calls a method that answers once, and answers `{ response, durationMs }` or the
 * error with its status. A caller that leaves cancels the call.
 */
export function addCall(api: HttpServer, { dynamic }: Service): void {
  api.post<{ Body: UnaryRequest }>('/call', { schema: unarySchema }, async ({ body }, reply) => {
    const call = readCall(body, left(reply.raw));
    const started = performance.now();
    const response = await dynamic.call(call, body.request ?? {});
    return { response, durationMs: Math.round(performance.now() - started) };
  });
}
