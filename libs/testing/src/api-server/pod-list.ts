import { Refusal } from './api-status.ts';
import { readContinueToken, writeContinueToken } from './continue-token.ts';
import type { ListOptions } from './list-options.ts';
import type { ObjectLog } from './object-log.ts';
import { tooNew } from './refusals.ts';

/** Answers a list: all pods that match, or a page of them as they were at the version of the first page. */
export function listPods(log: ObjectLog, namespace: string, options: ListOptions): object {
  const { matches, selective } = options;
  const { version, start } = pageOf(log, options);
  const left = log
    .list(namespace, version)
    .filter((pod) => pod.metadata.name >= start && matches(pod));
  // What is at hand is in memory, all of it.
  const limit = options.version === 0 ? 0 : options.limit;
  const page = limit > 0 ? left.slice(0, limit) : left;
  const last = page.at(-1);
  const rest = left.length - page.length;
  return {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: String(version),
      ...(rest > 0 &&
        last && {
          continue: writeContinueToken({ version, start: `/${last.metadata.name}\0` }),
          ...(!selective && { remainingItemCount: rest }),
        }),
    },
    // In a list the kind is said once.
    items: page.map(({ metadata, spec, status }) => ({ metadata, spec, status })),
  };
}

function pageOf(log: ObjectLog, options: ListOptions): { version: number; start: string } {
  const { continueToken, version: asked = 0, exact } = options;
  if (continueToken === '') {
    if (asked > log.version) throw tooNew(asked, log.version);
    if (exact && asked < log.oldest)
      throw new Refusal(410, 'The resourceVersion for the provided list is too old.');
    return { version: exact ? asked : log.version, start: '' };
  }
  const { version, start } = readContinueToken(continueToken);
  if (asked !== 0)
    throw new Refusal(400, 'specifying resource version is not allowed when using continue');
  if (version > log.version) throw tooNew(version, log.version);
  if (version >= 0 && version < log.oldest) throw tokenTooOld(start);
  return { version: version < 0 ? log.version : version, start };
}

function tokenTooOld(start: string): Refusal {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const metadata = { continue: writeContinueToken({ version: -1, start }) };
  return new Refusal(410, message, undefined, { metadata });
}
