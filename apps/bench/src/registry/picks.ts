import { podCount, podsPerService } from '../api-server/pod.ts';
import type { ApiServer } from '../api-server.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison } from '../suite.ts';
import { ours } from './peer.ts';

const perSecond = 1_000;
/** The first second is for the code to be compiled. */
const warmUpMs = 1_000;
const count = 5 * perSecond;

/** How long a pod that left is still called, and one that came is not. The peer has no balancer. */
export async function measurePicks(server: ApiServer): Promise<Comparison> {
  const micro = await bundle('registry/pick-micro.ts', ours);
  const emit = () => server.emit({ count, perSecond, flipping: true });
  const args = [server.url, 'go.micro.srv.svc-000', String(podsPerService), String(warmUpMs)];
  return {
    about: `${perSecond} events a second on ${podCount} pods, to a channel of ${podsPerService} nodes`,
    subjects: { micro: () => measure(micro, args, emit) },
    rows: [
      { label: 'node gone to pick, p50', unit: 'ms', ours: (of) => of('micro', 'leaveP50Ms') },
      {
        label: 'node gone to pick, p99',
        unit: 'ms',
        ours: (of) => of('micro', 'leaveP99Ms'),
        goal: { max: 5 },
      },
      {
        label: 'node here to pick, connected, p50',
        unit: 'ms',
        ours: (of) => of('micro', 'comeP50Ms'),
      },
      {
        label: 'node here to pick, connected, p99',
        unit: 'ms',
        ours: (of) => of('micro', 'comeP99Ms'),
        goal: { max: 5 },
      },
    ],
  };
}
