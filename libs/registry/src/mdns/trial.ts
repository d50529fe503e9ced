import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Node, Registry, View } from '../registry.ts';
import { createMdnsRegistry, type MdnsOptions } from './mdns.ts';

/** A node of service `a`. */
export const node: Node = {
  id: 'a-1',
  service: 'a',
  version: '1',
  address: '127.0.0.1:1',
  metadata: {},
  endpoints: [],
};

/** All sockets of the machine share a port: a domain of its own keeps a test alone. */
export const ownDomain = (): string => `t${randomUUID()}`;
/** For tests that others on the port would notice. */
export const ownPort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

/** Registries, strangers and other processes on the loopback interface, for tests of mdns. */
export function createMdnsTrial() {
  const open: (() => unknown)[] = [];

  /** Runs a module that knows `createMdnsRegistry`, `createRegistrar`, `domain` and `node`. */
  const run = (domain: string, body: string): ChildProcess & { stdout: Readable } => {
    const from = (file: string): string => JSON.stringify(import.meta.resolve(file));
    const code = `
      import { createMdnsRegistry } from ${from('./mdns.ts')};
      import { createRegistrar } from ${from('../registrar.ts')};
      const [domain, node] = ${JSON.stringify([domain, node])};
      ${body}
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    open.push(() => child.kill('SIGKILL'));
    return child;
  };

  return {
    run,
    registry(options: MdnsOptions): Registry {
      const created = createMdnsRegistry(options);
      open.push(() => created.close());
      return created;
    },
    /** A service in another process, that has registered `node` and repeats it until it ends. */
    async start(domain: string, changes: Partial<Node> = {}, ttlMs = 4_000): Promise<ChildProcess> {
      const child = run(
        domain,
        `
        const registry = createMdnsRegistry({ domain });
        process.once('SIGTERM', () => registry.close());
        createRegistrar({
          registry,
          node: { ...node, ...${JSON.stringify(changes)} },
          ttlMs: ${ttlMs},
          intervalMs: 1_000,
          onState: ({ state }) => console.log(state),
        });
        `,
      );
      await once(child.stdout, 'data');
      return child;
    },
    /** A stranger's socket. */
    async socket(port = 0, address = '127.0.0.1', reuseAddr = false): Promise<Socket> {
      const created = createSocket({ type: 'udp4', reuseAddr });
      created.bind(port, address);
      await once(created, 'listening');
      open.push(() => new Promise<void>((closed) => created.close(closed)));
      created.setMulticastInterface('127.0.0.1');
      created.setMulticastTTL(0);
      return created;
    },
    async close(): Promise<void> {
      for (const close of open.splice(0).reverse()) await close();
    },
  };
}

/** Waits until the view's nodes are as `holds` says. */
export async function until(view: View, holds: (nodes: readonly Node[]) => boolean): Promise<void> {
  if (holds(view.nodes)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = view.subscribe(() => holds(view.nodes) && resolve());
  await promise;
  stop();
}

/** Waits until the view shows so many nodes. */
export async function shows(view: View, count: number): Promise<void> {
  await until(view, (nodes) => nodes.length === count);
}

/** What changes in a view from now on: `added a-1 127.0.0.1:1`. */
export function record(view: View): string[] {
  const changes: string[] = [];
  view.subscribe(({ type, node }) => changes.push(`${type} ${node.id} ${node.address}`));
  return changes;
}
