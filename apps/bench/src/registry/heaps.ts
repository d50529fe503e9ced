import { podCount } from '../api-server/pod.ts';
import type { ApiServer } from '../api-server.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison } from '../suite.ts';
import { ours } from './peer.ts';

/** What the whole picture costs as long as it is kept. */
export async function compareHeaps(server: ApiServer): Promise<Comparison> {
  const micro = await bundle('registry/heap-micro.ts', ours);
  const clientNode = await bundle('registry/heap-client-node.ts');
  return {
    about: `${podCount} pods as they are kept, one view open`,
    subjects: {
      micro: () => measure(micro, [server.url]),
      'client-node': () => measure(clientNode, [server.url]),
    },
    rows: [
      {
        label: 'live bytes a pod',
        unit: 'bytes',
        ours: (of) => of('micro', 'bytesPerPod'),
        peer: (of) => of('client-node', 'bytesPerPod'),
        goal: { max: 400 },
      },
    ],
  };
}
