import type { View } from '@micro/registry';
import { RpcError } from '../errors.ts';
import { ServerReflection } from '../gen/grpc/reflection/v1/reflection_pb.ts';
import type { DynamicOptions } from './dynamic.ts';
import { learn } from './learn.ts';
import { createSchema, type Schema } from './schema.ts';

const learnTimeoutMs = 5_000;
const syncTimeoutMs = 5_000;

/** The schemas of registered services, each learned once and forgotten when its nodes change. */
export interface Schemas {
  /** @throws RpcError 503 if the registry has not been heard for some seconds. */
  synced(): Promise<void>;
  /** @throws RpcError */
  describe(service: string): Promise<Schema>;
  close(): void;
}

export function createSchemas({ registry, client, name }: DynamicOptions): Schemas {
  const schemas = new Map<string, Promise<Schema>>();
  let view: View | undefined;

  // Not before it is needed: a service that calls nobody by JSON watches nothing.
  const watch = (): View => {
    if (view) return view;
    view = registry.watch();
    // Another version may mean another schema, and a service that is gone needs none.
    view.subscribe(({ node }) => schemas.delete(node.service));
    return view;
  };
  const synced = async (): Promise<void> => {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), syncTimeoutMs);
    const outcome = await Promise.race([watch().synced, late.promise]);
    clearTimeout(timer);
    if (outcome !== 'late') return;
    const why = registry.status.reason ?? `no answer within ${syncTimeoutMs / 1000} s`;
    throw new RpcError(503, `registry ${registry.kind} has not been heard yet: ${why}`, {
      id: name,
    });
  };
  const learnSchema = async (service: string): Promise<Schema> => {
    try {
      const reflection = client(ServerReflection, service);
      const { services, types } = await learn(reflection, { timeoutMs: learnTimeoutMs });
      return createSchema(service, services, types);
    } catch (error) {
      throw error instanceof RpcError && error.code === 501 ? notTold(service, error) : error;
    }
  };

  return {
    synced,
    async describe(service) {
      await synced();
      const { nodes } = watch();
      if (!nodes.some((node) => node.service === service))
        throw unknown(
          service,
          nodes.map((node) => node.service),
          registry.kind,
          name,
        );
      const cached = schemas.get(service);
      if (cached) return cached;
      const learned = learnSchema(service);
      schemas.set(service, learned);
      learned.catch(() => {
        if (schemas.get(service) === learned) schemas.delete(service);
      });
      return learned;
    },
    close: () => view?.close(),
  };
}

function unknown(service: string, known: readonly string[], kind: string, id: string): RpcError {
  const names = [...new Set(known)].sort().slice(0, 20).join(', ') || 'none';
  return new RpcError(404, `no service ${service} in registry ${kind}; it knows ${names}`, { id });
}

function notTold(service: string, cause: RpcError): RpcError {
  return new RpcError(
    501,
    `${service} does not tell its schema; it can be called by JSON once it serves grpc.reflection.v1`,
    { cause },
  );
}
