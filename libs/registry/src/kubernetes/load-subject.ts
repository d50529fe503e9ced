// Run by kubernetes-load.full.ts in a process of its own: follows the API server at LOAD_URL and says
// once a second what that costs. Its argument `--expose-gc` makes memory comparable.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createKubeClient } from '@micro/kube';
import { createKubernetesRegistry } from './kubernetes.ts';

/** What following costs, in one line of JSON. */
export interface Cost {
  readonly nodes: number;
  readonly changes: number;
  readonly delayP99Ms: number;
  readonly heapBytes: number;
}

async function follow(server: string): Promise<void> {
  const client = createKubeClient({
    source: 'kubeconfig',
    server,
    namespace: 'micro',
    credentials: async () => ({ headers: {} }),
  });
  const view = createKubernetesRegistry({ client }).watch();
  await view.synced;
  let changes = 0;
  view.subscribe(() => changes++);
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  setInterval(() => {
    // Taken before the collection, which is the test's own doing.
    const delayP99Ms = delay.percentile(99) / 1e6;
    globalThis.gc?.();
    delay.reset();
    const heapBytes = process.memoryUsage().heapUsed;
    const cost: Cost = { nodes: view.nodes.length, changes, delayP99Ms, heapBytes };
    process.stdout.write(`${JSON.stringify(cost)}\n`);
  }, 1_000);
}

await follow(process.env['LOAD_URL'] ?? '');
