import type { ApiServer } from '../api-server.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison } from '../suite.ts';
import { ours } from './peer.ts';

const calls = 1_000;
const pod = '/api/v1/namespaces/micro/pods/svc-000-b88dbd898-00000';

/** How many connections a process opens; each is a TLS handshake, on a real server. */
export async function compareConnections(server: ApiServer): Promise<Comparison> {
  const micro = await bundle('registry/connect-micro.ts', ours);
  const clientNode = await bundle('registry/connect-client-node.ts');
  const count = (file: string) => async () => {
    const before = server.connections;
    await measure(file, [server.url, pod, String(calls)]);
    return { connections: server.connections - before };
  };
  return {
    about: `of one process for ${calls} calls, one after the other, and a watch`,
    rounds: 'once',
    subjects: { micro: count(micro), 'client-node': count(clientNode) },
    rows: [
      {
        label: 'opened',
        unit: 'times',
        ours: (of) => of('micro', 'connections'),
        peer: (of) => of('client-node', 'connections'),
        goal: { max: 3 },
      },
    ],
  };
}
