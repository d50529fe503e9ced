import { Refusal } from './api-status.ts';

/** Applies a JSON merge patch (RFC 7396) and returns the result; null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/**
 * Applies a strategic merge patch: maps as a merge patch does.
 *
 * @throws Refusal for lists and directives (`$patch`, …), which a real API server takes and the fake does not.
 */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  refuseStrategies(patch);
  return mergePatch(target, patch);
}

function refuseStrategies(patch: unknown): void {
  if (Array.isArray(patch))
    throw new Refusal(400, 'the fake API server merges no lists; send a JSON merge patch');
  if (!isRecord(patch)) return;
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$'))
      throw new Refusal(400, `the fake API server knows no ${key}; send a JSON merge patch`);
    refuseStrategies(value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
