import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Say } from '@micro/contracts';
import { createMemoryRegistry } from '@micro/registry';
import { createChannels } from '../client/channels.ts';
import { createClientFactory } from '../client/client.ts';
import { RpcError } from '../errors.ts';
import type { Code } from '../transport/code.ts';
import { fromMetadata } from '../transport/grpc-js/metadata.ts';
import type { Answered } from './answered.ts';
import type { Handlers } from './handlers.ts';
import { createServer, type ServerOptions } from './server.ts';

const name = 'go.micro.srv.greeter';

/** A greeter that listens, and a caller of it that knows nothing of ours but bytes. */
export interface TestServer extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  readonly answered: readonly Answered[];
  /** Resolves with the next call that ends. */
  nextAnswered(): Promise<Answered>;
  /** @throws RpcError */
  call(method: string, request?: Uint8Array, options?: { timeoutMs?: number }): Promise<Reply>;
  readonly caller: Client;
  close(graceMs: number): Promise<number>;
}

export interface Reply {
  readonly header: Record<string, string>;
  readonly messages: readonly Uint8Array[];
  readonly trailer: Record<string, string>;
}

export async function startTestServer(
  handlers: Partial<Handlers<typeof Say>> = {},
  options: Partial<ServerOptions<[typeof Say]>> = {},
): Promise<TestServer> {
  const answered: Answered[] = [];
  let next = Promise.withResolvers<Answered>();
  const channels = createChannels(createMemoryRegistry());
  const server = createServer({
    name,
    client: createClientFactory({ channels, name }),
    handlers: [[Say, { ...say, ...handlers }]],
    onAnswered(call) {
      answered.push(call);
      next.resolve(call);
      next = Promise.withResolvers();
    },
    ...options,
  });
  const address = await server.listen('127.0.0.1:0');
  const caller = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    address,
    answered,
    nextAnswered: () => next.promise,
    caller,
    call: (method, request = new Uint8Array(), { timeoutMs = 10_000 } = {}) =>
      call(caller, method, request, timeoutMs),
    close: server.close,
    async [Symbol.asyncDispose]() {
      caller.close();
      channels.close();
      await server.close(0);
    },
  };
}

const say: Handlers<typeof Say> = {
  hello: ({ name }) => ({ msg: `Hello ${name}` }),
  async *count({ to }) {
    for (let n = 1; n <= to; n++) yield { n };
  },
  async *chat(requests) {
    for await (const { name } of requests) yield { msg: `Hi ${name}` };
  },
};

/** Calls a method of one request. */
async function call(
  caller: Client,
  method: string,
  request: Uint8Array,
  timeoutMs: number,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const messages: Uint8Array[] = [];
  let header: Record<string, string> = {};
  const path = method.startsWith('/') ? method : `/${name}.${method.replace('.', '/')}`;
  caller
    .makeServerStreamRequest(path, Buffer.from, (bytes) => bytes, request, new Metadata(), {
      deadline: Date.now() + timeoutMs,
    })
    .on('metadata', (metadata: Metadata) => {
      header = fromMetadata(metadata);
    })
    .on('data', (bytes: Uint8Array) => messages.push(bytes))
    .on('error', () => {}) // The status says it too.
    .on('status', ({ code, details, metadata }) => {
      const trailer = fromMetadata(metadata);
      if (code === 0) resolve({ header, messages, trailer });
      else reject(RpcError.fromEnd({ code: code as Code, detail: details, metadata: trailer }, ''));
    });
  return promise;
}
