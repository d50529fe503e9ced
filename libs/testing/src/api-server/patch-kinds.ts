import { Refusal } from './api-status.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';

/** What the text of a patch makes of an object. @throws Refusal for a text that is no such patch. */
export type Patch = (before: unknown, text: string) => unknown;

/** Finds the kind of patch by the type of the body. @throws Refusal 415 if there is none. */
export function patchKind(contentType = ''): Patch {
  const patch = kinds[contentType.split(';')[0]?.trim() ?? ''];
  if (patch) return patch;
  const apply = contentType.startsWith('application/apply-patch');
  throw new Refusal(
    415,
    apply
      ? 'the fake API server does no server-side apply; send a JSON merge patch'
      : '415: Unsupported Media Type',
    {},
  );
}

const kinds: Readonly<Record<string, Patch>> = {
  'application/merge-patch+json'(before, text) {
    const patch = parse(text, 'error decoding patch: ');
    if (patch === null) throw new Refusal(400, 'Invalid JSON Patch');
    return mergePatch(before, asMap(patch, 'error decoding patch: '));
  },
  'application/strategic-merge-patch+json'(before, text) {
    const patch = parse(text, '');
    return patch === null ? before : strategicMergePatch(before, asMap(patch, ''));
  },
  'application/json-patch+json'(before, text) {
    const patch = parse(text, 'error decoding patch: ') ?? [];
    if (Array.isArray(patch)) return jsonPatch(before, patch);
    throw unexpected('error decoding patch: ', patch, '[]handlers.jsonPatchOp');
  },
};

function parse(text: string, prefix: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `${prefix}${(error as Error).message}`);
  }
}

function asMap(value: unknown, prefix: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw unexpected(prefix, value, 'map[string]interface {}');
}

function unexpected(prefix: string, value: unknown, wanted: string): Refusal {
  const message = `json: cannot unmarshal ${goKind(value)} into Go value of type ${wanted}`;
  return new Refusal(400, prefix + message);
}

/** What Go's encoding/json calls a value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
