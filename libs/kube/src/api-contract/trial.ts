import { createPodDriver, type PodDriver } from '@micro/testing';
import type { KubeObject } from '../object.ts';
import { podsPath } from '../request-path.ts';
import type { RawAnswer, RawSend } from './sender.ts';

/** An API server to try, with a namespace that is empty. */
export interface ApiTrial extends AsyncDisposable {
  readonly namespace: string;
  /** Pods can run under it. */
  readonly serviceAccount: string;
  /** As somebody who may everything. */
  readonly send: RawSend;
  /** As nobody. */
  readonly stranger: RawSend;
  /** Lets time pass for the server. */
  pass(ms: number): Promise<void>;
  /** Resolves when the server knows nothing any more of its versions 1 and 2. */
  forget(): Promise<void>;
}

/** An answer that has ended, its body as JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: RawAnswer['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: what it is, is what the tests are about.
  readonly body: any;
}

/** The words that the contract is written in. */
export interface ApiTalk {
  readonly pods: PodDriver;
  /** @param query Also with a path below the pods: `/name?…`. */
  get(query: string): Promise<JsonAnswer>;
  patch(name: string, contentType: string, body: unknown): Promise<JsonAnswer>;
  /** The names in a list. */
  names(query: string): Promise<string[]>;
  /** The newest version. */
  version(): Promise<string>;
  /** Opens a watch; its events are read when the server has ended it. */
  watch(query: string, accept?: string): Promise<RawAnswer>;
}

/** An event of a watch in JSON. */
export interface JsonEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly object: any;
}

export function talk({ send, namespace, serviceAccount }: ApiTrial): ApiTalk {
  const path = podsPath(namespace);
  const target = (query: string) => (query.startsWith('/') ? path + query : `${path}?${query}`);
  const get: ApiTalk['get'] = async (query) => readJson(await send('GET', target(query)));
  const change = async (method: string, target: string, body: unknown, contentType: string) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const options = { contentType, ...(body !== undefined && { body: text }) };
    return readJson(await send(method, target, options));
  };
  const pods = createPodDriver(
    async (method, target, { body, contentType = 'application/json' }) => {
      const answer = await change(method, target, body, contentType);
      if (answer.status > 299) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    namespace,
    serviceAccount,
  );

  return {
    pods,
    get,
    patch: (name, kind, body) =>
      change('PATCH', `${path}/${name}`, body, `application/${kind}+json`),
    async names(query) {
      const { body } = await get(query);
      return namesOf(body);
    },
    async version() {
      const { body } = await get('limit=1');
      return body.metadata.resourceVersion;
    },
    watch: (query, accept) =>
      send('GET', `${path}?watch=true&${query}`, { ...(accept && { accept }) }),
  };
}

/** Reads an answer to its end. */
export async function readJson(answer: RawAnswer): Promise<JsonAnswer> {
  const body = JSON.parse((await answer.body()).toString('utf8'));
  return { status: answer.status, headers: answer.headers, body };
}

/** The names of the objects in a list. */
export function namesOf(list: { readonly items: readonly KubeObject[] }): string[] {
  return list.items.map(({ metadata }) => metadata.name);
}

/** What a refusal says. */
export function refusalOf({ status, body }: JsonAnswer): string {
  return `${status} ${body.reason}: ${body.message}`;
}

/** The events that were received, as far as they are whole. */
export function eventsOf(received: Buffer): JsonEvent[] {
  const lines = received.toString('utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}
