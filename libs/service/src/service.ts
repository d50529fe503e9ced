import type { HttpServer } from '@micro/http';
import type { Registry } from '@micro/registry';
import type { Checks, ClientFactory, DescService, ServedList } from '@micro/rpc';
import type { Dynamic } from '@micro/rpc/dynamic';
import type { Log } from './log.ts';
import type { OptionDefinitions } from './option-definition.ts';
import type { OptionValues } from './options.ts';
import type { RegistryFactory } from './registries.ts';
import type { ServiceOptions } from './service-options.ts';

/** What a service is: its name and what it serves. */
export interface ServiceSpec<
  Services extends readonly DescService[],
  Options extends OptionDefinitions,
> {
  /** The name it is registered by, `go.micro.srv.greeter`. */
  readonly name: string;
  /** @default "latest" */
  readonly version?: string;
  /** Its proto services with their handlers; health, reflection and debug come by themselves. */
  readonly handlers?: ServedList<Services>;
  /**
   * What has to be well for it to serve, by name, as the connection to a database: why it is not, or
   * undefined. While one fails its health is NOT_SERVING, and `/readyz` says which.
   *
   * @default nothing but an event loop that does not stand still
   */
  readonly checks?: Checks;
  /** Options of its own, beside those of every service. */
  readonly options?: Options;
  /** Forms of the registry of its own, by the names `--registry` chooses them with. */
  readonly registries?: Readonly<Record<string, RegistryFactory>>;
  /** Its HTTP side. A service without one serves health and metrics on `--health_address`. */
  readonly http?: {
    /** The option of its own that says where it listens. */
    readonly address: keyof Options & string;
    /** Adds routes; probes, metrics and stats are there already. */
    readonly routes: (app: HttpServer, service: Service<Options>) => void | Promise<void>;
  };
}

/** What the parts of a running service have at hand. */
export interface Service<Options extends OptionDefinitions = OptionDefinitions> {
  /** The name it is registered by. */
  readonly name: string;
  readonly options: ServiceOptions & OptionValues<Options>;
  readonly log: Log;
  readonly registry: Registry;
  /** Typed clients of other services. */
  readonly client: ClientFactory;
  /** Calls by JSON, of services it has no types of. */
  readonly dynamic: Dynamic;
  /** Aborted when the service begins to stop: end what would last. */
  readonly stopping: AbortSignal;
}
