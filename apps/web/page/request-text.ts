import type { JsonValue } from '@micro/rpc/dynamic';
import type { MethodSummary } from '../src/schema.ts';

/** Whether a method takes a stream, so that its requests are written as a list. */
export function takesMany({ kind }: MethodSummary): boolean {
  return kind === 'client_streaming' || kind === 'bidi_streaming';
}

/** The text a form begins with. */
export function exampleText(method: MethodSummary): string {
  return JSON.stringify(takesMany(method) ? [method.example] : method.example, null, 2);
}

/** @throws Error saying what is wrong with the text. */
export function readRequests(method: MethodSummary, text: string): JsonValue[] {
  const json = parse(text);
  if (!takesMany(method)) return [json];
  if (Array.isArray(json) && json.length > 0) return json;
  throw new Error('expected a list of messages, [{ … }, { … }]');
}

/** Reads `key: value` lines. @throws Error naming the line that is none. */
export function readMetadata(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const cut = line.indexOf(':');
      if (cut < 1) throw new Error(`expected metadata as “key: value”, got “${line}”`);
      return [line.slice(0, cut).trim().toLowerCase(), line.slice(cut + 1).trim()];
    }),
  );
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new Error(`expected JSON: ${(error as Error).message}`);
  }
}
