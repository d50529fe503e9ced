import type { JsonValue } from '@bufbuild/protobuf';
import type { Registry } from '@micro/registry';
import type { Channels } from '../client/channels.ts';
import type { CallOptions, ClientFactory } from '../client/client.ts';
import { limitCalls } from '../client/inherited.ts';
import { invoke } from '../client/invoke.ts';
import type { Limits } from '../client/limits.ts';
import { RpcError } from '../errors.ts';
import type { Message } from '../method.ts';
import { readJson, writeJson } from './json.ts';
import type { MethodSchema, Schema } from './schema.ts';
import { createSchemas } from './schemas.ts';
import { within } from './within.ts';

/** A call by names and JSON. */
export interface DynamicCall extends CallOptions {
  /** The registered name, `go.micro.srv.greeter`. */
  readonly service: string;
  /** `Say.Hello`. */
  readonly endpoint: string;
}

/** Calls services nobody generated code for. Schemas are learned by reflection when first needed. */
export interface Dynamic {
  /**
   * Waits until the registry has been heard once, for some seconds at most.
   *
   * @throws RpcError 503 saying why it has not.
   */
  synced(): Promise<void>;
  /** @throws RpcError 404 for a service that nobody registered, 503 or 504 if no node of it answers. */
  describe(service: string): Promise<Schema>;
  /**
   * Calls a method that answers once. Time limit and signal are for all of it, learning included.
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
  /** How often a call is made again whose node died with it, where its proto allows. @default 1 */
  readonly retries?: number;
}

export function createDynamic(options: DynamicOptions): Dynamic {
  const { channels, name, timeoutMs = 5_000 } = options;
  const schemas = createSchemas(options);
  const limitsOf = limitCalls(options, undefined);

  /** Learns the method, within the time that the call has in all. */
  const find = async (call: DynamicCall, usualMs: number): Promise<Found> => {
    const { service, endpoint, signal, timeoutMs: ms = usualMs } = call;
    const deadline = Date.now() + ms;
    const time = { deadline, signals: signal ? [signal] : [] };
    const { types, method } = await within(schemas.describe(service), time, name);
    const { descriptor, kind } = method(endpoint);
    return { types, descriptor, kind, limits: { ...limitsOf(descriptor, call), deadline } };
  };

  return {
    synced: schemas.synced,
    describe: schemas.describe,
    async call(call, request) {
      const { types, descriptor, kind, limits } = await find(call, timeoutMs);
      if (kind !== 'unary') throw isStream(call, kind, name);
      const message = readJson(descriptor.input, request, types, name);
      const response = invoke(channels.open(call.service), descriptor, message, () => limits);
      return writeJson(descriptor.output, (await response) as Message, types);
    },
    async *stream(call, requests) {
      const { types, descriptor, kind, limits } = await find(call, Infinity);
      const messages = mapped(requests, (json) => readJson(descriptor.input, json, types, name));
      const single = kind === 'unary' || kind === 'server_streaming';
      const request = single ? await first(messages) : messages;
      const responses = invoke(channels.open(call.service), descriptor, request, () => limits);
      if (responses instanceof Promise) yield writeJson(descriptor.output, await responses, types);
      else
        for await (const response of responses) yield writeJson(descriptor.output, response, types);
    },
    close: schemas.close,
  };
}

/** A method, and what holds for a call of it. */
interface Found extends Pick<MethodSchema, 'descriptor' | 'kind'> {
  readonly types: Schema['types'];
  readonly limits: Limits;
}

function isStream({ endpoint, service }: DynamicCall, kind: string, id: string): RpcError {
  return new RpcError(400, `${endpoint} of ${service} is a stream (${kind}); call it as one`, {
    id,
  });
}

async function* mapped<T, U>(values: AsyncIterable<T>, change: (value: T) => U): AsyncGenerator<U> {
  for await (const value of values) yield change(value);
}

/** The one request of a method that takes one; the empty message if there is none. */
async function first(messages: AsyncIterable<Message>): Promise<Message | Record<string, never>> {
  for await (const message of messages) return message;
  return {};
}
