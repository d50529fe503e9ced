import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AccessTable } from './access-table.ts';
import { Refusal } from './api-status.ts';
import { isTrue } from './list-options.ts';

/** A request as it came, and what it is for. */
export interface Recorded {
  readonly verb: string;
  readonly resource: string;
  readonly apiGroup: string;
  readonly namespace: string;
  readonly name: string;
  readonly query: URLSearchParams;
  /** What form of answer it wants. */
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  /** The body as it was sent. */
  readonly text: string;
  readonly body: unknown;
}

const patchTypes = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** Reads a request. @throws Refusal for a body it does not take. */
export async function readRequest(incoming: IncomingMessage): Promise<Recorded> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const contentType = incoming.headers['content-type'];
  const body = await text(incoming);
  if (incoming.method === 'PATCH' && !patchTypes.includes(contentType ?? ''))
    throw new Refusal(415, `the body of the request was in an unknown format: ${contentType}`);
  const core =
    /^\/api\/v1\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(url.pathname) ??
    [];
  const review = /^\/apis\/([^/]+)\/v1\/([^/]+)$/.exec(url.pathname) ?? [];
  const [, namespace = '', resource = review[2] ?? '', name = '', subresource] = core.map((part) =>
    part === undefined ? undefined : decodeURIComponent(part),
  );
  const watch = isTrue(url.searchParams, 'watch');
  return {
    verb: verbOf(incoming.method, name !== '', watch),
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    apiGroup: review[1] ?? '',
    namespace,
    name,
    query: url.searchParams,
    accept: incoming.headers.accept,
    contentType,
    text: body,
    body: body === '' ? undefined : JSON.parse(body),
  };
}

/** Answers who asks about themselves; undefined if that is not what they ask. */
export function answerReview(request: Recorded, user: string, access: AccessTable): unknown {
  switch (request.resource) {
    case 'selfsubjectaccessreviews': {
      const { spec } = request.body as { spec: { resourceAttributes: Record<string, string> } };
      const { verb = '', resource = '', group = '', namespace = '' } = spec.resourceAttributes;
      const allowed = access.allows({ user, verb, resource, apiGroup: group, namespace });
      return { ...(request.body as object), status: { allowed } };
    }
    case 'selfsubjectreviews':
      return {
        ...(request.body as object),
        status: { userInfo: { username: user, groups: ['system:authenticated'] } },
      };
    default:
      return undefined;
  }
}

function verbOf(method: string | undefined, named: boolean, watch: boolean): string {
  switch (method) {
    case 'GET':
      return watch ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    default:
      return (method ?? '').toLowerCase();
  }
}
