/** What a path means by go-micro's rules, before it is known whether there is such a service. */
export interface Target {
  /** The service's name within a namespace, `greeter`. */
  readonly service: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
}

/**
 * Reads a path as go-micro's `micro` resolver does (api/resolver/micro, `route_test.go`): the last
 * two parts are the method, those before them the service; with two parts or fewer the first is the
 * service and all are the method; a leading `v1` belongs to the service. A single part means `Call`.
 *
 * @returns undefined for the root.
 */
export function targetOf(path: string): Target | undefined {
  const parts = clean(path);
  const [first, second] = parts;
  if (first === undefined) return undefined;
  if (second === undefined) return { service: first, endpoint: `${camel(first)}.Call` };
  if (parts.length === 2) return { service: first, endpoint: methodOf(parts) };
  if (parts.length === 3 && /^v[0-9]+$/.test(first))
    return { service: `${first}.${second}`, endpoint: methodOf(parts.slice(1)) };
  return { service: parts.slice(0, -2).join('.'), endpoint: methodOf(parts.slice(-2)) };
}

/** Drops empty parts and resolves `.` and `..`, never above the root. */
function clean(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

function methodOf(parts: readonly string[]): string {
  return parts.map(camel).join('.');
}

/** `baz-xyz` is `BazXyz`; letters within a word stay as they are. */
function camel(part: string): string {
  return part
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
