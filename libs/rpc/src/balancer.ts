import { type ChannelOptions, connectivityState, experimental } from '@grpc/grpc-js';

type Helper = experimental.ChannelControlHelper;
type Leaf = experimental.LeafLoadBalancer;
type Addresses = Parameters<experimental.LoadBalancer['updateAddressList']>[0];

/** The name the resolver's service config chooses it by. */
export const balancerName = 'micro_round_robin';

/** Makes grpc-js know the policy. Once a process is enough. */
export function registerBalancer(): void {
  if (experimental.isLoadBalancerNameRegistered(balancerName)) return;
  experimental.registerLoadBalancerType(balancerName, RoundRobin, Config);
}

/**
 * Each call to the next connected node. Unlike grpc-js's own `round_robin` it keeps the connections
 * of nodes that stay when others come or go, and fails at once, in the resolver's words, when
 * there is no node: that one leaves calls waiting for their deadline.
 */
class RoundRobin implements experimental.LoadBalancer {
  readonly #helper: Helper;
  readonly #childHelper: Helper;
  readonly #leaves = new experimental.EndpointMap<Leaf>();
  readonly #turn = { next: Math.floor(Math.random() * 1_000) };
  #updating = false;
  #note = 'no node';
  #lastError = '';

  constructor(helper: Helper) {
    this.#helper = helper;
    this.#childHelper = experimental.createChildChannelControlHelper(helper, {
      updateState: (_state, _picker, error) => {
        // grpc-js ends it with the resolver's note, which only lists without nodes have.
        if (error) this.#lastError = error.replace(/\.? Resolution note: $/, '');
        this.#publish();
      },
    });
  }

  updateAddressList(
    list: Addresses,
    _config: experimental.TypedLoadBalancingConfig,
    options: ChannelOptions,
    note: string,
  ): boolean {
    if (!list.ok) return true; // The last list stays: a source that is away removes no node.
    this.#updating = true;
    this.#note = note;
    for (const gone of this.#leaves.deleteMissing(list.value)) gone.destroy();
    for (const endpoint of list.value) {
      if (this.#leaves.has(endpoint)) continue;
      const leaf = new experimental.LeafLoadBalancer(endpoint, this.#childHelper, options, note);
      this.#leaves.set(endpoint, leaf);
      leaf.startConnecting();
    }
    this.#updating = false;
    this.#publish();
    return true;
  }

  /** Tells the channel which nodes can be picked now. */
  #publish(): void {
    if (this.#updating) return;
    const leaves = [...this.#leaves.values()];
    const inState = (state: connectivityState): Leaf[] =>
      leaves.filter((leaf) => leaf.getConnectivityState() === state);
    const ready = inState(connectivityState.READY);
    const idle = inState(connectivityState.IDLE);
    if (ready.length > 0) {
      this.#helper.updateState(connectivityState.READY, new TurnPicker(ready, this.#turn), null);
    } else if (idle.length > 0 || inState(connectivityState.CONNECTING).length > 0) {
      const picker = new experimental.QueuePicker(this);
      this.#helper.updateState(connectivityState.CONNECTING, picker, null);
    } else {
      const details = leaves.length === 0 ? this.#note : `no connection: ${this.#lastError}`;
      const picker = new experimental.UnavailablePicker({ details });
      this.#helper.updateState(connectivityState.TRANSIENT_FAILURE, picker, details);
    }
    // A connection that was closed is opened again before a call needs it.
    for (const leaf of idle) leaf.exitIdle();
  }

  exitIdle(): void {
    for (const leaf of this.#leaves.values()) leaf.exitIdle();
  }

  resetBackoff(): void {}

  destroy(): void {
    for (const leaf of this.#leaves.values()) leaf.destroy();
    this.#leaves.clear();
  }

  getTypeName(): string {
    return balancerName;
  }
}

/** Takes turns. The turn outlives the picker, or each change of the list would start at the first node again. */
class TurnPicker implements experimental.Picker {
  readonly #ready: readonly Leaf[];
  readonly #turn: { next: number };

  constructor(ready: readonly Leaf[], turn: { next: number }) {
    this.#ready = ready;
    this.#turn = turn;
  }

  pick(args: experimental.PickArgs): experimental.PickResult {
    const leaf = this.#ready[this.#turn.next++ % this.#ready.length] as Leaf;
    return leaf.getPicker().pick(args);
  }
}

class Config implements experimental.TypedLoadBalancingConfig {
  getLoadBalancerName(): string {
    return balancerName;
  }

  toJsonObject(): object {
    return { [balancerName]: {} };
  }

  static createFromJson(): Config {
    return new Config();
  }
}
