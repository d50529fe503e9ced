import type { ServerResponse } from 'node:http';

/** Aborted when the response is closed. The request's own signal is over once its body is read. */
export function left(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // It may have been closed while something else was waited for, and says so only once.
  if (response.closed) controller.abort();
  response.once('close', () => controller.abort());
  return controller.signal;
}
