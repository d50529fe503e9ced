import type { ServerResponse } from 'node:http';
import { left } from '@micro/http';
import { RpcError } from '@micro/rpc';

/** The answers that last: no more at once than we can carry, and none of them holds up an exit. */
export interface Streams {
  /**
   * Takes a place until the response is closed.
   *
   * @returns Aborted when the caller has left or the service stops.
   * @throws RpcError 503 when there is no place, or no time left.
   */
  open(response: ServerResponse): AbortSignal;
}

/**
 * @param name Who refuses.
 * @param max How many there may be at once.
 */
export function createStreams(name: string, stopping: AbortSignal, max = 200): Streams {
  let open = 0;
  return {
    open(response) {
      if (stopping.aborted) throw new RpcError(503, 'this dashboard is stopping', { id: name });
      if (open >= max)
        throw new RpcError(
          503,
          `expected at most ${max} streams at once; close a page that shows the dashboard`,
          { id: name },
        );
      open++;
      response.once('close', () => open--);
      return AbortSignal.any([stopping, left(response)]);
    },
  };
}
