import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AccessTable } from './access-table.ts';
import { isTrue } from './list-options.ts';

/** A request as it came, and what it is for. */
export interface Recorded {
  readonly verb: string;
  readonly resource: string;
  readonly apiGroup: string;
  readonly namespace: string;
  /** Also that of a list or a watch of one object, by field selector. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** What form of answer it wants. */
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  /** The body as it was sent. */
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly body: unknown;
}

/** Reads a request. */
export async function readRequest(incoming: IncomingMessage): Promise<Recorded> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const body = await text(incoming);
  const core =
    /^\/api\/v1\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(url.pathname) ??
    [];
  const review = /^\/apis\/([^/]+)\/v1\/([^/]+)$/.exec(url.pathname) ?? [];
  const [, namespace = '', resource = review[2] ?? '', name = '', subresource] = core.map((part) =>
    part === undefined ? undefined : decodeURIComponent(part),
  );
  return {
    verb: verbOf(incoming.method, name !== '', isTrue(url.searchParams, 'watch')),
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    apiGroup: review[1] ?? '',
    namespace,
    name: name || selectedName(url.searchParams),
    query: url.searchParams,
    accept: incoming.headers.accept,
    contentType: incoming.headers['content-type'],
    text: body,
    body: parse(body),
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
      return named ? 'get' : watch ? 'watch' : 'list';
    case 'POST':
      return 'create';
    default:
      return (method ?? '').toLowerCase();
  }
}

function selectedName(query: URLSearchParams): string {
  return /^metadata\.name==?([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What it should have been is for whoever needs it to say.
    return undefined;
  }
}
