import { Say } from '@micro/contracts';
import { createMemoryRegistry, type Node, type Registry } from '@micro/registry';
import {
  type Answered,
  type ChannelsOptions,
  type Checks,
  type Client,
  type ClientFactory,
  type ClientFactoryOptions,
  createChannels,
  createClientFactory,
  createServer,
  type Handlers,
  type RpcServer,
  type TlsIdentity,
} from './index.ts';

/** The registered name of the service that tests call. */
export const greeterName = 'go.micro.srv.greeter';

/** What it does where a test says nothing else. */
export const say: Handlers<typeof Say> = {
  hello: ({ name }) => ({ msg: `Hello ${name}` }),
  async *count({ to }, { signal }) {
    for (let n = 1; n <= to && !signal.aborted; n++) yield { n };
  },
  async *chat(requests) {
    for await (const { name } of requests) yield { msg: `Hi ${name}` };
  },
};

/** A server of a test. */
export interface Served {
  readonly node: Node;
  readonly server: RpcServer;
  /** The last hundred calls it answered. */
  readonly answered: readonly Answered[];
  /** Ends it, withdrawing nothing. */
  close(): Promise<unknown>;
}

/** Servers and callers in one process, that find each other and are ended together. */
export interface TestNetwork extends AsyncDisposable {
  readonly registry: Registry;
  /** Serves `Say` on any free port, and registers it. */
  serve(
    handlers?: Partial<Handlers<typeof Say>>,
    node?: Partial<Node> & {
      readonly caller?: ClientFactory;
      readonly maxCalls?: number;
      readonly checks?: Checks;
      readonly tls?: TlsIdentity;
    },
  ): Promise<Served>;
  /** Registers what a test serves in another way. */
  register(address: string, node?: Partial<Node>): Promise<Node>;
  factory(options?: Partial<ClientFactoryOptions>, channels?: ChannelsOptions): ClientFactory;
  client(options?: Partial<ClientFactoryOptions>, channels?: ChannelsOptions): Client<typeof Say>;
  /** Runs before all else is closed. */
  defer(close: () => unknown): void;
}

export function createTestNetwork(registry: Registry = createMemoryRegistry()): TestNetwork {
  const open = new AsyncDisposableStack();
  let count = 0;

  const register: TestNetwork['register'] = async (address, node = {}) => {
    const id = `greeter-${++count}`;
    const whole = { id, service: greeterName, version: '1', metadata: {}, endpoints: [] };
    const registered = { ...whole, address, ...node };
    await registry.register(registered);
    return registered;
  };
  const factory: TestNetwork['factory'] = (options = {}, channelsOptions = {}) => {
    const channels = createChannels(registry, channelsOptions);
    open.defer(() => channels.close());
    return createClientFactory({ channels, name: 'test', timeoutMs: 2_000, ...options });
  };

  return {
    registry,
    register,
    factory,
    client: (options, channels) => factory(options, channels)(Say, greeterName),
    async serve(
      handlers = {},
      { caller = factory(), maxCalls = 1_000, checks = {}, tls, ...node } = {},
    ) {
      const answered: Answered[] = [];
      const server = createServer({
        name: node.service ?? greeterName,
        handlers: [[Say, { ...say, ...handlers }]],
        client: caller,
        maxCalls,
        checks,
        ...(tls && { tls }),
        onAnswered(call) {
          if (answered.push(call) > 100) answered.shift();
        },
      });
      const address = await server.listen('127.0.0.1:0');
      server.setServing(true);
      const close = () => server.close(100);
      open.defer(async () => void (await close()));
      const { endpoints } = server;
      return { node: await register(address, { endpoints, ...node }), server, answered, close };
    },
    defer: (close) => open.defer(async () => void (await close())),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
