import type { DescService } from '@bufbuild/protobuf';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type Endpoint, joinAddress } from '@micro/registry';
import { type AnswerOptions, answer } from './answer.ts';
import { debugHandlers } from './debug.ts';
import { endpointsOf } from './endpoints.ts';
import { Debug } from './gen/micro/debug_pb.ts';
import type { Handlers, Served, ServedList } from './handlers.ts';
import { createHealth } from './health.ts';
import { createReflection, reflectionNames } from './reflection.ts';

export interface ServerOptions<Services extends readonly DescService[]> extends AnswerOptions {
  /** What it serves; health, reflection and debug come by themselves. */
  readonly handlers: ServedList<Services>;
}

/** A gRPC server that speaks go-micro's errors, `grpc.health.v1` and server reflection. */
export interface RpcServer {
  /** What it serves, in the words of a registration; its own services are left out. */
  readonly endpoints: readonly Endpoint[];
  /**
   * Listens, not serving yet by its health.
   *
   * @param address `host:port`; port 0 takes any free one.
   * @returns The address it really listens on.
   */
  listen(address: string): Promise<string>;
  /** What `grpc.health.v1` answers from now on. */
  setServing(serving: boolean): void;
  /** Takes no new calls, waits for those in flight and ends those that are left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export function createServer<const Services extends readonly DescService[]>(
  options: ServerOptions<Services>,
): RpcServer {
  const { name } = options;
  const handlers: ReadonlyArray<Served<DescService>> = options.handlers;
  const server = new Server({
    'grpc.max_concurrent_streams': 1_000,
    'grpc.max_receive_message_length': 4 * 1024 * 1024,
  });
  const health = createHealth(handlers.map(([service]) => service.typeName));
  const add = <S extends DescService>(service: S, handlersOf: Handlers<S>, as?: string): void => {
    const { definition, implementation } = answer(service, handlersOf, options, as);
    server.addService(definition, implementation);
  };

  for (const [service, handlersOf] of handlers) add(service, handlersOf);
  add(...health.served);
  add(Debug, debugHandlers(), `${name}.Debug`);
  const reflection = createReflection(handlers.map(([service]) => service));
  for (const path of reflectionNames) add(...reflection, path);

  return {
    endpoints: handlers.flatMap(([service]) => endpointsOf(service)),
    async listen(address) {
      const at = splitListenAddress(address);
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(explain(error, at)) : resolve(port),
      );
      return joinAddress(at.host, await promise);
    },
    setServing: health.setServing,
    async close(graceMs) {
      health.close();
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      server.tryShutdown(() => resolve());
      const patience = setTimeout(() => {
        server.forceShutdown();
        // A connection that never spoke HTTP/2 is no session that could be ended.
        resolve();
      }, graceMs);
      await closed;
      clearTimeout(patience);
    },
  };
}

/** `host:port` where the port may be 0. */
function splitListenAddress(address: string): { host: string; port: number } {
  const cut = address.lastIndexOf(':');
  const host = address.slice(0, cut).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(cut + 1));
  if (cut > 0 && port >= 0 && port <= 65_535) return { host, port };
  throw new TypeError(`expected an address as host:port, got ${JSON.stringify(address)}`);
}

function explain(cause: Error, { host, port }: { host: string; port: number }): Error {
  if (!cause.message.includes('EADDRINUSE')) return cause;
  return new Error(`port ${port} on ${host} is taken; stop what listens there or choose another`, {
    cause,
  });
}
