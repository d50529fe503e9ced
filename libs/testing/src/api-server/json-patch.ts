import { isDeepStrictEqual } from 'node:util';
import { Refusal } from './api-status.ts';
import { asRecord } from './protobuf.ts';

/**
 * Applies a JSON patch (RFC 6902) and returns the result. As a real API server, replaces a member
 * that is not there, and takes a member that is not there for null in a test.
 *
 * @throws Refusal if an operation cannot be done, without saying which, as a real API server does.
 */
export function jsonPatch(target: unknown, patch: readonly unknown[]): unknown {
  const document = { root: structuredClone(target) };
  for (const operation of patch.map(asRecord)) apply(document, operation);
  return document.root;
}

function apply(document: object, operation: Record<string, unknown>): void {
  const { op, path, value = null } = operation;
  const place = find(document, path);
  switch (op) {
    case 'test':
      if (!isDeepStrictEqual(place.get() ?? null, value)) throw impossible();
      return;
    case 'add':
      place.add(value);
      return;
    case 'remove':
      place.remove();
      return;
    case 'replace':
      place.set(value);
      return;
    case 'copy':
      place.add(structuredClone(find(document, operation['from']).get()));
      return;
    case 'move': {
      const from = find(document, operation['from']);
      const moved = from.get();
      from.remove();
      place.add(moved);
      return;
    }
    default:
      throw impossible();
  }
}

/** Where a pointer points to; its parent is there. */
interface Place {
  get(): unknown;
  set(value: unknown): void;
  add(value: unknown): void;
  remove(): void;
}

function find(document: object, pointer: unknown): Place {
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) throw impossible();
  const keys = ['root', ...pointer.slice(1).split('/').map(unescapeKey)];
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((value, key) => asRecord(value)[key], document);
  if (Array.isArray(parent)) return element(parent, last);
  if (typeof parent !== 'object' || parent === null) throw impossible();
  const members = asRecord(parent);
  const set = (value: unknown): void => {
    members[last] = value;
  };
  return {
    get: () => members[last],
    set,
    add: set,
    remove() {
      if (!Object.hasOwn(members, last)) throw impossible();
      delete members[last];
    },
  };
}

function element(list: unknown[], key: string): Place {
  const index = key === '-' ? list.length : Number(/^\d+$/.test(key) ? key : Number.NaN);
  const present = (): number => {
    if (index < list.length) return index;
    throw impossible();
  };
  return {
    get: () => list[present()],
    set(value) {
      list[present()] = value;
    },
    add(value) {
      if (!(index <= list.length)) throw impossible();
      list.splice(index, 0, value);
    },
    remove() {
      list.splice(present(), 1);
    },
  };
}

function unescapeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function impossible(): Refusal {
  return new Refusal(422, 'the server rejected our request due to an error in our request', {});
}
