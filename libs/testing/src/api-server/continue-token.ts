import { Refusal } from './api-status.ts';
import { asRecord } from './protobuf.ts';

/** Where the next page of a list begins. */
export interface Continuation {
  /** That of the first page; -1: whatever is newest by then. */
  readonly version: number;
  /** The first key that is not in the pages before. */
  readonly start: string;
}

/** The form of the token, that of EncodeContinue in k8s.io/apiserver 0.35. */
const tokenVersion = 'meta.k8s.io/v1';

export function writeContinueToken({ version, start }: Continuation): string {
  const token = JSON.stringify({ v: tokenVersion, rv: version, start });
  return Buffer.from(token).toString('base64url');
}

/** @throws Refusal for what is no token. */
export function readContinueToken(token: string): Continuation {
  const { v, rv, start } = asRecord(parse(Buffer.from(token, 'base64url').toString('utf8')));
  if (v !== tokenVersion) throw notValid(`server does not recognize this encoded version ${v}`);
  if (typeof rv !== 'number' || rv === 0)
    throw notValid(`incorrect encoded start resourceVersion (version ${tokenVersion})`);
  if (typeof start !== 'string' || start === '')
    throw notValid(`encoded start key empty (version ${tokenVersion})`);
  return { version: rv, start: start.replace(/^\//, '') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notValid((error as Error).message);
  }
}

function notValid(why: string): Refusal {
  return new Refusal(400, `invalid continue token: continue key is not valid: ${why}`);
}
