import type { Encoding } from './encoding.ts';
import { describePod, listVersion, podCount, podsPerService } from './pod.ts';

/** Pods that follow each other: from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Every pod in one encoding, written before anybody asks. */
export interface Collection {
  readonly encoding: Encoding;
  /** The answer to a LIST. @param limit How many at once; 0 for all. */
  list(range: Range, limit: number): Buffer[];
  /** What a watch that asks for initial events begins with. */
  initialEvents(range: Range): Buffer[];
}

export function createCollection(encoding: Encoding, port: number): Collection {
  const items = prepare((index) => encoding.listItem(encoding.pod(describePod(index, port))));
  const events = prepare((index) => encoding.added(describePod(index, port)));
  const version = String(listVersion);

  return {
    encoding,
    list({ start, end }, limit) {
      const pageEnd = limit > 0 ? Math.min(start + limit, end) : end;
      const next = pageEnd < end ? String(pageEnd) : '';
      return encoding.list(items({ start, end: pageEnd }), version, next);
    },
    initialEvents: (range) => [events(range), encoding.initialEventsEnd(version)],
  };
}

/** The pods that a query's label selector means, all or one service's. @throws RangeError for any other. */
export function selectPods(query: URLSearchParams): Range {
  const selector = query.get('labelSelector') ?? '';
  if (selector === 'micro.mu/type=service') return { start: 0, end: podCount };
  const service = /^micro\.mu\/selector-go\.micro\.srv\.svc-(\d{3})=service$/.exec(selector);
  const start = Number(service?.[1]) * podsPerService;
  if (start < podCount) return { start, end: start + podsPerService };
  throw new RangeError(
    `expected micro.mu/type=service or micro.mu/selector-go.micro.srv.svc-042=service, got ${selector}`,
  );
}

/** Makes a part for each pod, all of one length, so that those of pods that follow each other are at hand. */
function prepare(make: (index: number) => Buffer): (range: Range) => Buffer {
  const { length } = make(0);
  const parts = Buffer.allocUnsafeSlow(length * podCount);
  for (let index = 0; index < podCount; index++) make(index).copy(parts, index * length);
  return ({ start, end }) => parts.subarray(start * length, end * length);
}
