import type { Node } from '@micro/registry';

/** Which nodes of a service a call may go to; all where nothing is asked for. */
export interface Wish {
  readonly version?: string | undefined;
  /** What a node's metadata must say. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Whether it asks for anything. */
export function isParticular({ version, labels }: Wish): boolean {
  if (version !== undefined) return true;
  for (const _ in labels) return true;
  return false;
}

export function suits({ version, labels }: Wish, node: Node): boolean {
  if (version !== undefined && node.version !== version) return false;
  for (const key in labels) if (node.metadata[key] !== labels[key]) return false;
  return true;
}

/** The wish in words, to follow "with": `version 2 and region eu`. */
export function describe({ version, labels }: Wish): string {
  const asked = Object.entries(labels ?? {}).map(([key, value]) => `${key} ${value}`);
  if (version !== undefined) asked.unshift(`version ${version}`);
  return asked.join(' and ');
}
