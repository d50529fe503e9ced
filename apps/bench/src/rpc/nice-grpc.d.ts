/** What the suite uses of it, for it is installed with the first run only. */
declare module 'nice-grpc' {
  import type { Channel, ServiceDefinition } from '@grpc/grpc-js';

  /** The greeter, as its servers and its clients have it. */
  interface Greeter {
    hello(request: { name: string }): Promise<{ msg: string }>;
    count(request: { to: number }): AsyncIterable<{ n: number }>;
  }

  export function createServer(): {
    add(definition: ServiceDefinition, implementation: Greeter): void;
    listen(address: string): Promise<number>;
  };
  export function createChannel(address: string): Channel;
  export function createClient(definition: ServiceDefinition, channel: Channel): Greeter;
}
