import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import type { Registry } from '@micro/registry';
import type { Channels } from '../channel.ts';
import type { CallOptions, ClientFactory } from '../client.ts';
import { RpcError } from '../errors.ts';
import { ServerReflection } from '../gen/grpc/reflection/v1/reflection_pb.ts';
import { invoke } from '../invoke.ts';
import type { Message } from '../method.ts';
import { learn } from './learn.ts';
import { createSchema, type Schema } from './schema.ts';

/** A call by names and JSON. */
export interface DynamicCall extends CallOptions {
  /** The registered name, `go.micro.srv.greeter`. */
  readonly service: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
}

/** Calls services nobody generated code for. Schemas are learned by reflection when first needed. */
export interface Dynamic {
  /** @throws RpcError 404 for a service that nobody registered, 503 if no node of it answers. */
  describe(service: string): Promise<Schema>;
  /**
   * Calls a method that answers once.
   *
   * @param request JSON of the request message, as https://protobuf.dev/programming-guides/json says.
   * @throws RpcError 404 without such a service or endpoint, 400 for JSON that does not fit, or what the service says.
   */
  call(call: DynamicCall, request: JsonValue): Promise<JsonValue>;
  /** Calls a method of any kind: requests in, responses out. */
  stream(call: DynamicCall, requests: AsyncIterable<JsonValue>): AsyncIterable<JsonValue>;
  close(): void;
}

export interface DynamicOptions {
  readonly registry: Registry;
  readonly channels: Channels;
  readonly client: ClientFactory;
  /** Who calls: sent as `micro-from-service`. */
  readonly name: string;
  /** For calls that say nothing else, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

const learnTimeoutMs = 5_000;

export function createDynamic(options: DynamicOptions): Dynamic {
  const { registry, channels, client, name, timeoutMs = 5_000 } = options;
  const services = registry.watch();
  const schemas = new Map<string, Promise<Schema>>();
  // Another version may mean another schema, and a service that is gone needs none.
  services.subscribe(({ node }) => schemas.delete(node.service));

  const known = async (service: string): Promise<void> => {
    await Promise.race([services.synced, after(learnTimeoutMs)]);
    if (services.nodes.some((node) => node.service === service)) return;
    const names = [...new Set(services.nodes.map((node) => node.service))].sort();
    throw new RpcError(
      404,
      `no service ${service} in registry ${registry.kind}; it knows ${names.slice(0, 20).join(', ') || 'none'}`,
      { id: name },
    );
  };
  const describe = async (service: string): Promise<Schema> => {
    await known(service);
    const cached = schemas.get(service);
    if (cached) return cached;
    const learned = learn(client(ServerReflection, service), {
      signal: AbortSignal.timeout(learnTimeoutMs),
    }).then(({ services: names, types }) => createSchema(service, names, types));
    schemas.set(service, learned);
    try {
      return await learned;
    } catch (error) {
      schemas.delete(service);
      throw error instanceof RpcError && error.code === 501 ? notTold(service, error) : error;
    }
  };
  const limits = (call: DynamicCall, timeout: number) => ({
    deadline: Date.now() + (call.timeoutMs ?? timeout),
    signals: call.signal ? [call.signal] : [],
    metadata: { ...call.metadata, 'micro-from-service': name },
  });

  return {
    describe,
    async call(call, request) {
      const { types, method } = await describe(call.service);
      const { descriptor, kind } = method(call.endpoint);
      if (kind !== 'unary')
        throw new RpcError(
          400,
          `${call.endpoint} of ${call.service} is a stream (${kind}); call it as one`,
          { id: name },
        );
      const message = readJson(descriptor.input, request, types);
      const response = invoke(
        channels.open(call.service),
        descriptor,
        message,
        limits(call, timeoutMs),
      );
      return writeJson(descriptor.output, (await response) as Message, types);
    },
    async *stream(call, requests) {
      const { types, method } = await describe(call.service);
      const { descriptor, kind } = method(call.endpoint);
      const messages = mapped(requests, (json) => readJson(descriptor.input, json, types));
      const single = kind === 'unary' || kind === 'server_streaming';
      const request = single ? await first(messages) : messages;
      const responses = invoke(
        channels.open(call.service),
        descriptor,
        request,
        limits(call, Infinity),
      );
      if (responses instanceof Promise) yield writeJson(descriptor.output, await responses, types);
      else
        for await (const response of responses) yield writeJson(descriptor.output, response, types);
    },
    close: () => services.close(),
  };

  function readJson(
    schema: Schema['methods'][number]['descriptor']['input'],
    json: JsonValue,
    types: Schema['types'],
  ): Message {
    try {
      return fromJson(schema, json, { registry: types });
    } catch (cause) {
      throw new RpcError(400, (cause as Error).message, { id: name, cause });
    }
  }
}

function notTold(service: string, cause: RpcError): RpcError {
  return new RpcError(
    501,
    `${service} does not tell its schema; it can be called by JSON once it serves grpc.reflection.v1`,
    { cause },
  );
}

function writeJson(
  schema: Parameters<typeof toJson>[0],
  message: Message,
  types: Schema['types'],
): JsonValue {
  return toJson(schema, message, { registry: types, alwaysEmitImplicit: true });
}

async function* mapped<T, U>(values: AsyncIterable<T>, change: (value: T) => U): AsyncGenerator<U> {
  for await (const value of values) yield change(value);
}

/** The one request of a method that takes one; the empty message if there is none. */
async function first(messages: AsyncIterable<Message>): Promise<Message | Record<string, never>> {
  for await (const message of messages) return message;
  return {};
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
