import { createApiServer } from './api-server.ts';
import { versionOf } from './packages.ts';
import { compareConnections } from './registry/connections.ts';
import { compareHeaps } from './registry/heaps.ts';
import { compareImports } from './registry/imports.ts';
import { compareLists } from './registry/lists.ts';
import { peer } from './registry/peer.ts';
import { measurePicks } from './registry/picks.ts';
import { compareSizes } from './registry/sizes.ts';
import { compareWatches } from './registry/watches.ts';
import type { Suite } from './suite.ts';

/** Our kubernetes registry against the cluster's official client, on an API server with 10 000 pods. */
export const registry: Suite = {
  title: () => `the kubernetes registry against ${peer} ${versionOf(peer)}`,
  async open() {
    const server = await createApiServer();
    return {
      comparisons: {
        list: () => compareLists(server),
        heap: () => compareHeaps(server),
        watch: () => compareWatches(server),
        pick: () => measurePicks(server),
        import: compareImports,
        size: compareSizes,
        connections: () => compareConnections(server),
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
