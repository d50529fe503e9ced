import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Collection, selectPods } from './collection.ts';
import { describePod, indexOf, podCount } from './pod.ts';
import type { Watches } from './watches.ts';

/** What there is to answer with. */
export interface PodsAnswers {
  readonly json: Collection;
  readonly protobuf: Collection;
  readonly watches: Watches;
  /** Where the nodes of the first service listen. */
  readonly port: number;
  /** Whether watches may ask for initial events. */
  watchList: boolean;
  /** How pods were asked for, `list as json` for one. */
  readonly asked: Set<string>;
}

/**
 * Answers GET, LIST and WATCH of the pods of namespace `micro`, in the encoding that is asked for.
 *
 * @throws RangeError for a label selector it does not know.
 */
export function answerPods(
  { json, protobuf, watches, port, watchList, asked }: PodsAnswers,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const asProtobuf = request.headers.accept?.includes(protobuf.encoding.mediaType);
  const collection = asProtobuf ? protobuf : json;
  const { encoding } = collection;
  const answer = (code: number, ...parts: readonly Buffer[]): void => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    response.writeHead(code, { 'content-type': encoding.mediaType, 'content-length': length });
    for (const part of parts) response.write(part);
    response.end();
  };

  const path = /^\/api\/v1\/namespaces\/micro\/pods(\/[^/]+)?$/.exec(pathname);
  const index = path?.[1] ? indexOf(path[1]) : 0;
  const initial = query.get('sendInitialEvents') === 'true';
  if (!path || !(index < podCount)) {
    answer(404, encoding.status(404, 'NotFound', `there is no ${pathname}`));
  } else if (path[1]) {
    answer(200, encoding.object(encoding.pod(describePod(index, port))));
  } else if (initial && !watchList) {
    answer(422, encoding.status(422, 'Invalid', 'sendInitialEvents is forbidden'));
  } else if (/^(1|true)$/.test(query.get('watch') ?? '')) {
    asked.add(`${initial ? 'watch-list' : 'watch'} as ${encoding.name}`);
    watches.open(collection, selectPods(query), response, initial);
  } else {
    asked.add(`list as ${encoding.name}`);
    const range = selectPods(query);
    const start = Number(query.get('continue') ?? range.start);
    // Version 0 asks for the server's cache, which gives all of it whatever the limit.
    const limit = query.get('resourceVersion') === '0' ? 0 : Number(query.get('limit'));
    answer(200, ...collection.list({ ...range, start }, limit));
  }
}
