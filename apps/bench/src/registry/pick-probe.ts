import { connectivityState, experimental, Metadata } from '@grpc/grpc-js';
import { balancerName } from '../../../../libs/rpc/src/balancer.ts';
import { registerResolver } from '../../../../libs/rpc/src/resolver.ts';

type Helper = experimental.ChannelControlHelper;
type Addresses = Parameters<experimental.LoadBalancer['updateAddressList']>[0];
type Options = Parameters<experimental.LoadBalancer['updateAddressList']>[2];

const probeName = 'bench_probe';

/**
 * Makes grpc-js understand `probe:///<service>`: our resolver and our balancer, and each time the
 * channel is given a picker, `onPicker` is told which hosts its picks would go to.
 */
export function registerPickProbe(onPicker: (hosts: Set<string>) => void): void {
  registerResolver();
  const balancer = experimental.parseLoadBalancingConfig({ [balancerName]: {} });

  /** Stands between channel and balancer. */
  class Probe extends experimental.ChildLoadBalancerHandler {
    constructor(helper: Helper) {
      const updateState: Helper['updateState'] = (state, picker, error) => {
        helper.updateState(state, picker, error);
        onPicker(state === connectivityState.READY ? hostsOf(picker) : new Set());
      };
      super(experimental.createChildChannelControlHelper(helper, { updateState }));
    }

    override updateAddressList(
      list: Addresses,
      _config: unknown,
      options: Options,
      note: string,
    ): boolean {
      return super.updateAddressList(list, balancer, options, note);
    }
  }

  /** Our resolver, but for the balancer that it chooses. */
  class Resolver implements experimental.Resolver {
    readonly #resolver: experimental.Resolver;

    constructor(
      target: experimental.GrpcUri,
      listener: experimental.ResolverListener,
      options: Options,
    ) {
      const config = { loadBalancingConfig: [{ [probeName]: {} }], methodConfig: [] };
      const choose: experimental.ResolverListener = (list, attributes, _config, note) =>
        listener(list, attributes, experimental.statusOrFromValue(config), note);
      this.#resolver = experimental.createResolver({ ...target, scheme: 'micro' }, choose, options);
    }

    updateResolution(): void {
      this.#resolver.updateResolution();
    }

    destroy(): void {
      this.#resolver.destroy();
    }

    static getDefaultAuthority(): string {
      return 'probe.micro';
    }
  }

  experimental.registerLoadBalancerType(probeName, Probe, Config);
  experimental.registerResolver('probe', Resolver);
}

/** The balancer takes turns, so the first host that comes again ends the round. */
function hostsOf(picker: experimental.Picker): Set<string> {
  const hosts = new Set<string>();
  for (;;) {
    const { subchannel } = picker.pick({ metadata: new Metadata(), extraPickInfo: {} });
    const host = subchannel?.getAddress().replace(/:\d+$/, '');
    if (host === undefined || hosts.has(host)) return hosts;
    hosts.add(host);
  }
}

class Config implements experimental.TypedLoadBalancingConfig {
  getLoadBalancerName(): string {
    return probeName;
  }

  toJsonObject(): object {
    return { [probeName]: {} };
  }

  static createFromJson(): Config {
    return new Config();
  }
}
