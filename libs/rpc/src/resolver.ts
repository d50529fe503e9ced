import { type ChannelOptions, experimental } from '@grpc/grpc-js';
import { type Node, type Registry, splitAddress, type View } from '@micro/registry';
import { balancerName, registerBalancer } from './balancer.ts';

type Listener = experimental.ResolverListener;

/** The channel option that carries the registry to the resolver; its prefix keeps it out of connections' keys. */
export const registryOption = 'grpc.internal.no_subchannel.micro.registry';

let registered = false;

/** Makes grpc-js understand `micro:///<service>`. Once a process is enough: the registry comes with the channel. */
export function registerResolver(): void {
  if (registered) return;
  registerBalancer();
  experimental.registerResolver('micro', RegistryResolver);
  registered = true;
}

/**
 * Whether a node answers gRPC. go-micro's default server (`mucp`, its own protocol over HTTP) does
 * not, nor do the nodes of its HTTP broker.
 */
export function answersGrpc({ metadata }: Node): boolean {
  const protocol = metadata['protocol'] ?? metadata['transport'] ?? metadata['broker'];
  return protocol === undefined || protocol === 'grpc';
}

/**
 * Feeds a channel from the registry's snapshot, at once and after each change. It answers no
 * question between changes: grpc-js asks again without a pause while a list is empty.
 */
class RegistryResolver implements experimental.Resolver {
  readonly #service: string;
  readonly #listener: Listener;
  readonly #registry: Registry;
  #view: View | undefined;
  #told = false;

  constructor(target: experimental.GrpcUri, listener: Listener, options: ChannelOptions) {
    this.#service = decodeURIComponent(target.path);
    this.#listener = listener;
    this.#registry = options[registryOption] as Registry;
  }

  updateResolution(): void {
    if (this.#view) return;
    const view = this.#registry.watch(this.#service);
    this.#view = view;
    view.subscribe(() => this.#tell(view));
    // Known nodes are used before the picture is complete; an empty one is believed only then.
    if (view.nodes.length > 0) this.#tell(view);
    else void view.synced.then(() => this.#tell(view));
  }

  destroy(): void {
    this.#view?.close();
    this.#view = undefined;
  }

  /** Several changes at once are told as one, and never from within a call of grpc-js. */
  #tell(view: View): void {
    if (this.#told) return;
    this.#told = true;
    setImmediate(() => {
      this.#told = false;
      if (view !== this.#view) return;
      const nodes = view.nodes.filter(answersGrpc);
      const note =
        view.nodes.length === 0
          ? `no node of ${this.#service} in registry ${this.#registry.kind}`
          : `no node of ${this.#service} answers gRPC, only ${view.nodes.map((n) => n.metadata['protocol'] ?? 'others')}`;
      this.#listener(
        experimental.statusOrFromValue(nodes.flatMap(endpointOf)),
        {},
        experimental.statusOrFromValue({
          loadBalancingConfig: [{ [balancerName]: {} }],
          methodConfig: [],
        }),
        nodes.length === 0 ? note : '',
      );
    });
  }

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    // grpc-js makes a URL of it: a strange letter, or a name that ends in a number, would be no host.
    return `${decodeURIComponent(target.path).replace(/[^a-z0-9.-]/gi, '-')}.micro`;
  }
}

function endpointOf({ address }: Node): experimental.Endpoint[] {
  const at = splitAddress(address);
  return at ? [{ addresses: [at] }] : [];
}
