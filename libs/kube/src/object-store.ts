import type { KubeObject } from './object.ts';

/** What became of one object: it came (no `before`), changed, or went (no `after`). */
export interface ObjectChange<T> {
  /** `namespace/name` */
  readonly key: string;
  readonly before?: T;
  readonly after?: T;
}

/** The objects as last heard, each only as what `project` made of it. */
export interface ObjectStore<T> {
  readonly values: ReadonlyMap<string, T>;
  set(object: KubeObject): ObjectChange<T>[];
  delete(object: KubeObject): ObjectChange<T>[];
  /** Makes the store equal to a list; what is in it with the same version is no change. */
  replace(objects: Iterable<KubeObject>): ObjectChange<T>[];
}

/** Creates an empty store. An object that `project` makes undefined of is not kept. */
export function createObjectStore<T>(
  project: (object: KubeObject) => T | undefined,
): ObjectStore<T> {
  const values = new Map<string, T>();
  const versions = new Map<string, string>();

  const change = (key: string, after: T | undefined): ObjectChange<T>[] => {
    const before = values.get(key);
    if (after === undefined) values.delete(key);
    else values.set(key, after);
    if (before === undefined && after === undefined) return [];
    return [
      { key, ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
    ];
  };
  const set = (object: KubeObject): ObjectChange<T>[] => {
    const key = keyOf(object);
    const version = `${object.metadata.uid} ${object.metadata.resourceVersion}`;
    if (versions.get(key) === version) return [];
    versions.set(key, version);
    return change(key, project(object));
  };
  const remove = (key: string): ObjectChange<T>[] => {
    versions.delete(key);
    return change(key, undefined);
  };

  return {
    values,
    set,
    delete: (object) => remove(keyOf(object)),
    replace(objects) {
      const list = [...objects];
      const present = new Set(list.map(keyOf));
      const gone = [...versions.keys()].filter((key) => !present.has(key));
      return [...gone.flatMap(remove), ...list.flatMap(set)];
    },
  };
}

function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}
