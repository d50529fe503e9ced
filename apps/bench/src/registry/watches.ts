import { podCount } from '../api-server/pod.ts';
import type { ApiServer } from '../api-server.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison } from '../suite.ts';
import { ours } from './peer.ts';

const perSecond = 1_000;
const count = 2 * perSecond;

/** What an event costs, and how long it takes from the server to the picture. */
export async function compareWatches(server: ApiServer): Promise<Comparison> {
  const micro = await bundle('registry/watch-micro.ts', ours);
  const clientNode = await bundle('registry/watch-client-node.ts');
  const emit = () => server.emit({ count, perSecond, flipping: false });
  return {
    about: `${perSecond} events a second on ${podCount} pods`,
    subjects: {
      micro: () => measure(micro, [server.url, String(count)], emit),
      'client-node': () => measure(clientNode, [server.url, String(count)], emit),
    },
    rows: [
      {
        label: 'CPU an event',
        unit: 'µs',
        ours: (of) => of('micro', 'cpuUs'),
        peer: (of) => of('client-node', 'cpuUs'),
      },
      {
        label: 'event to picture, p50',
        unit: 'ms',
        ours: (of) => of('micro', 'p50Ms'),
        peer: (of) => of('client-node', 'p50Ms'),
      },
      {
        label: 'event to picture, p99',
        unit: 'ms',
        ours: (of) => of('micro', 'p99Ms'),
        peer: (of) => of('client-node', 'p99Ms'),
      },
    ],
  };
}
