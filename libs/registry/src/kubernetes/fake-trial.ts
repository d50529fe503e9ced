import { createKubeClient } from '@micro/kube';
import { createFakeApiServer, createManualClock, createPodDriver } from '@micro/testing';
import type { Node, Registry, RegistryError, Status } from '../registry.ts';
import { createKubernetesRegistry, type KubernetesOptions } from './kubernetes.ts';
import type { PodIdentity } from './pod-identity.ts';

export const pod: PodIdentity = { name: 'greeter-1', namespace: 'micro', ip: '10.244.0.7' };
export const node: Node = {
  id: 'greeter-1',
  service: 'greeter',
  version: 'latest',
  address: '10.244.0.7:9090',
  metadata: { protocol: 'grpc' },
  endpoints: [],
};

/** Registries on a fake API server that has one pod, which is up, with time that is moved by hand. */
export async function createFakeTrial() {
  const clock = createManualClock();
  let server = await createFakeApiServer({ clock });
  // What the tests do to pods is never late.
  const hand = createKubeClient(server.config());
  const client = createKubeClient(server.config(), { clock });
  const pods = createPodDriver(hand.request, 'micro');
  const problems: RegistryError[] = [];
  const statuses: Status['state'][] = [];
  const open: Registry[] = [];
  await pods.create(pod.name);
  await pods.run(pod.name, pod.ip);

  /** Lets what is on its way arrive. */
  const arrive = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };

  return {
    clock,
    client,
    hand,
    pods,
    /** What registries have told. */
    problems,
    statuses,
    get server() {
      return server;
    },
    /** The metadata of the pod as it is stored. */
    get stored() {
      return server.pods.get('micro', pod.name).metadata;
    },
    /** How many patches there were. */
    get patches() {
      return server.requests.filter(({ verb }) => verb === 'patch').length;
    },
    connect(options: Partial<KubernetesOptions> = {}): Registry {
      const registry = createKubernetesRegistry({
        client,
        pod,
        onProblem: (problem) => problems.push(problem),
        onStatus: ({ state }) => statuses.push(state),
        clock,
        random: () => 0.5,
        ...options,
      });
      open.push(registry);
      return registry;
    },
    arrive,
    /** Lets time pass, and what it brings arrive. */
    async pass(ms: number): Promise<void> {
      clock.advance(ms);
      await arrive();
    },
    /** Comes back where the server was, with nothing in it. */
    async renewServer(): Promise<void> {
      const { port } = new URL(server.url);
      server = await createFakeApiServer({ port: Number(port), clock });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const registry of open) await registry.close();
      client.close();
      hand.close();
      await server.close();
    },
  };
}

/** For what nobody tells; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}
