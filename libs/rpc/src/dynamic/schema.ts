import type { DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';

/** One method of a learned schema. */
export interface MethodSchema {
  /** `Say.Hello`. */
  readonly endpoint: string;
  readonly kind: DescMethod['methodKind'];
  readonly descriptor: DescMethod;
}

/** What a service said of itself by reflection. */
export interface Schema {
  readonly methods: readonly MethodSchema[];
  readonly types: FileRegistry;
  /** @throws RpcError 404 that lists what there is. */
  method(endpoint: string): MethodSchema;
}

/**
 * @param service The registered name; of two proto services with one last name, its own is meant.
 * @param names Full names of the proto services.
 */
export function createSchema(
  service: string,
  names: readonly string[],
  types: FileRegistry,
): Schema {
  const methods = new Map<string, MethodSchema>();
  const ownLast = [...names].sort(
    (a, b) => Number(a.startsWith(`${service}.`)) - Number(b.startsWith(`${service}.`)),
  );
  for (const name of ownLast)
    for (const descriptor of types.getService(name)?.methods ?? []) {
      const endpoint = `${descriptor.parent.name}.${descriptor.name}`;
      methods.set(endpoint, { endpoint, kind: descriptor.methodKind, descriptor });
    }
  return {
    methods: [...methods.values()],
    types,
    method(endpoint) {
      const method = methods.get(endpoint);
      if (method) return method;
      throw new RpcError(
        404,
        `no endpoint ${endpoint} in ${service}; it has ${[...methods.keys()].join(', ') || 'none'}`,
      );
    },
  };
}
