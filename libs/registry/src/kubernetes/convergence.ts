import { createKubeClient } from '@micro/kube';
import { createFakeApiServer, createManualClock, createPodDriver } from '@micro/testing';
import fc from 'fast-check';
import type { View } from '../registry.ts';
import { addressOf, type Event, event, type World } from './convergence-events.ts';
import { createKubernetesRegistry } from './kubernetes.ts';

/**
 * Checks that whatever happens to pods and to the API server, a registry shows what is true once the
 * last wait has run out, and that closed it leaves no socket and no timer.
 *
 * @param runs How many stories to try; each begins from the same seed.
 */
export async function checkConvergence(runs: number): Promise<void> {
  const story = fc.array(event, { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(fc.boolean(), story, converges);
  await fc.assert(property, { numRuns: runs, seed: 2019 });
}

async function converges(watchList: boolean, story: readonly Event[]): Promise<void> {
  const clock = createManualClock();
  await using server = await createFakeApiServer({ clock, watchList });
  const hand = createKubeClient(server.config());
  const client = createKubeClient(server.config(), { clock });
  const registry = createKubernetesRegistry({ client, clock, random: () => 0.5 });
  const driver = createPodDriver(hand.request, 'micro');
  const world: World = { server, driver, clock, pods: new Map() };
  try {
    const view = registry.watch();
    for (const { happens } of story) await happens(world);
    server.faults.clear();
    await settled(world, view, () => registry.status.state === 'synced');
  } finally {
    await registry.close();
    client.close();
    hand.close();
  }
  while (server.connections.open > 0) await new Promise(setImmediate);
  if (clock.waiting > 0) throw new Error(`expected no timer, ${clock.waiting} wait`);
}

/** Lets wait after wait run out until the view shows the truth, a dozen times at most. */
async function settled({ pods, clock }: World, view: View, synced: () => boolean): Promise<void> {
  const wanted = [...pods]
    .filter(([, { ready, version }]) => ready && version !== undefined)
    .map(([name, { version }]) => `${name} ${version} ${addressOf(name)}:9090`);
  const shown = (): string[] =>
    view.nodes.map(({ id, version, address }) => `${id} ${version} ${address}`);
  for (let wait = 0; wait < 12; wait++) {
    // A packet on the loopback interface takes no longer; if one does, another wait runs out.
    const end = performance.now() + 20;
    while (performance.now() < end) {
      if (synced() && shown().sort().join() === wanted.sort().join()) return;
      await new Promise(setImmediate);
    }
    // The longest of all waits: a watch that is silent for 90 s.
    clock.advance(90_000);
  }
  throw new Error(`expected ${wanted.join() || 'no node'}, got ${shown().join() || 'none'}`);
}
