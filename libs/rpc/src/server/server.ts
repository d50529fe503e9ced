import type { DescService } from '@bufbuild/protobuf';
import { type Endpoint, joinAddress } from '@micro/registry';
import { endpointsOf } from '../endpoints.ts';
import { Debug } from '../gen/micro/debug_pb.ts';
import { methodOf } from '../method.ts';
import { splitListenAddress } from '../transport/door.ts';
import { grpcJs } from '../transport/grpc-js/index.ts';
import type { TlsIdentity } from '../transport/tls-identity.ts';
import type { ListenerLimits, Transport } from '../transport/transport.ts';
import { Admission } from './admission.ts';
import { type AnyHandler, answer } from './answer.ts';
import type { AnswerOptions } from './answering.ts';
import { type Checks, failingCheck } from './checks.ts';
import { debugHandlers } from './debug.ts';
import type { Served, ServedList } from './handlers.ts';
import { createHealth } from './health.ts';
import { createLoopDelay } from './loop-delay.ts';
import { createReflection, reflectionNames } from './reflection.ts';
import { Statistics } from './statistics.ts';

export interface ServerOptions<Services extends readonly DescService[]> extends AnswerOptions {
  /** What it serves; health, reflection and debug come by themselves. */
  readonly handlers: ServedList<Services>;
  /**
   * Handlers at once, of all methods but those of its own services. A tenth as many calls wait, at least
   * 10 and at most 100; the others are refused, and clients of ours try another node.
   *
   * @default 1000
   */
  readonly maxCalls?: number;
  /** What has to be well for it to serve. @default nothing but an event loop that does not stand still */
  readonly checks?: Checks;
  /** Hears why it can't serve, each time that changes; undefined once it can again. */
  readonly onTrouble?: (trouble: string | undefined) => void;
  /** @default 4 MiB a message, 10 000 calls at once on one connection, 16 KiB of headers */
  readonly limits?: Partial<ListenerLimits>;
  /** Encrypts connections, and has callers prove who they are. */
  readonly tls?: TlsIdentity;
  /** What carries the calls. @default grpc-js */
  readonly transport?: Pick<Transport, 'createListener'>;
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
   * @throws Error if the port can't be had, saying which and what to do.
   */
  listen(address: string): Promise<string>;
  /**
   * What `grpc.health.v1` answers from now on; NOT_SERVING all the same while a check fails, and after the
   * event loop stood still for a second.
   */
  setServing(serving: boolean): void;
  /** Which check fails and why, undefined while none does. That the event loop stood still is over when it can be asked. */
  failingCheck(): string | undefined;
  /**
   * Takes no new calls, waits for those in flight and ends those that are left after `graceMs`.
   *
   * @returns How many were.
   */
  close(graceMs: number): Promise<number>;
}

const defaultLimits: ListenerLimits = {
  maxRequestBytes: 4 * 1024 * 1024,
  maxResponseBytes: 4 * 1024 * 1024,
  // More than may be in work: who is refused by us can ask another node, who is queued by HTTP/2 waits.
  maxStreams: 10_000,
  maxHeaderBytes: 16 * 1024,
};

export function createServer<const Services extends readonly DescService[]>(
  options: ServerOptions<Services>,
): RpcServer {
  const { name, maxCalls = 1_000, checks = {}, tls, transport = grpcJs } = options;
  const handlers: ReadonlyArray<Served<DescService>> = options.handlers;
  const limits = { ...defaultLimits, ...options.limits };
  const listener = transport.createListener({ limits, ...(tls && { tls }) });
  const loopDelay = createLoopDelay({ onLook: () => health.look() });
  const health = createHealth(
    handlers.map(([service]) => service.typeName),
    () => loopDelay.trouble() ?? failingCheck(checks),
    options.onTrouble,
  );
  const admission = new Admission(name, maxCalls);
  const statistics = new Statistics();
  const answerOptions: AnswerOptions = {
    ...options,
    onAnswered(call) {
      statistics.count(call);
      options.onAnswered?.(call);
    },
  };
  const taken = new Set<string>();
  /**
   * @param as The service's names on the wire; who comes first has a path.
   * @param room What is never refused has none to wait for.
   */
  const add = <S extends DescService>(
    [service, handlersOf]: Served<S>,
    as: readonly string[],
    room?: Admission,
  ): void => {
    for (const method of service.methods) {
      const handler = (handlersOf as Record<string, AnyHandler>)[method.localName];
      if (typeof handler !== 'function')
        throw new TypeError(
          `expected a handler ${method.localName} for ${service.typeName}.${method.name}`,
        );
      const handle = answer(
        {
          method,
          endpoint: methodOf(method).endpoint,
          maxBytes: limits.maxResponseBytes,
          admission: room,
        },
        handler,
        answerOptions,
      );
      for (const path of as.map((service) => `/${service}/${method.name}`)) {
        if (taken.has(path)) continue;
        taken.add(path);
        listener.answer(path, method.methodKind, handle);
      }
    }
  };

  for (const served of handlers) add(served, [served[0].typeName], admission);
  // go-micro's client calls a service by its registered name, whatever its proto package is.
  for (const served of handlers) add(served, [`${name}.${served[0].name}`], admission);
  add(health.served, [health.served[0].typeName]);
  add([Debug, debugHandlers(statistics)], [`${name}.Debug`]);
  const reflection = createReflection(handlers.map(([service]) => service));
  add(reflection, reflectionNames);

  return {
    endpoints: handlers.flatMap(([service]) => endpointsOf(service)),
    async listen(address) {
      const { host } = splitListenAddress(address);
      const port = await listener.listen(address);
      loopDelay.start();
      return joinAddress(host, port);
    },
    setServing: health.setServing,
    failingCheck: () => failingCheck(checks),
    close(graceMs) {
      loopDelay.close();
      health.close();
      return listener.close(graceMs);
    },
  };
}
