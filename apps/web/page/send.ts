import type { ErrorJson } from '@micro/rpc';
import type { JsonValue } from '@micro/rpc/dynamic';
import type { CallRequest } from '../src/call-request.ts';
import type { StreamLine } from '../src/stream.ts';

/** A call as the form makes it. */
export interface Call extends CallRequest {
  /** One message, or all of a stream. */
  readonly requests: readonly JsonValue[];
  /** Whether there may be more than one answer. */
  readonly streams: boolean;
}

/** What a call failed with, by the service or on the way. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly json: ErrorJson;

  constructor(json: ErrorJson) {
    super(json.detail);
    this.json = json;
  }
}

/**
 * Makes a call and yields the messages it is answered with, several at once where they come fast.
 *
 * @throws CallError
 */
export async function* send(call: Call, signal: AbortSignal): AsyncGenerator<JsonValue[]> {
  const { requests, streams, ...asked } = call;
  if (streams) yield* readLines(await post('api/stream', { ...asked, requests }, signal));
  else {
    const answer = await post('api/call', { ...asked, request: requests[0] }, signal);
    yield [((await answer.json()) as { response: JsonValue }).response];
  }
}

async function post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
  if (answer.ok) return answer;
  throw new CallError(await readError(answer));
}

/** Reads an error the dashboard answered with; what it did not write itself has a status only. */
export async function readError(answer: Response): Promise<ErrorJson> {
  const { status: code, statusText: status } = answer;
  try {
    return (await answer.json()) as ErrorJson;
  } catch {
    return { id: '', code, status, detail: 'expected an answer of the dashboard, got another one' };
  }
}

async function* readLines(answer: Response): AsyncGenerator<JsonValue[]> {
  let rest = '';
  for await (const text of texts(answer)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const messages: JsonValue[] = [];
    for (const line of lines) {
      const read = JSON.parse(line) as StreamLine;
      if ('message' in read) messages.push(read.message);
      if (messages.length > 0 && !('message' in read)) yield messages.splice(0);
      if ('error' in read) throw new CallError(read.error);
      if ('end' in read && read.end.cut) throw new CallError(tooMany(read.end.messages));
    }
    if (messages.length > 0) yield messages;
  }
}

function tooMany(messages: number): ErrorJson {
  const detail = `${messages} messages came, and more were left out here`;
  return { id: '', code: 413, status: 'Cut', detail };
}

async function* texts({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return;
    yield next.value;
  }
}
