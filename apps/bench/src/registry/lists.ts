import { podCount } from '../api-server/pod.ts';
import type { ApiServer } from '../api-server.ts';
import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison, Row } from '../suite.ts';
import { ours } from './peer.ts';

/** From the first call to the whole picture: by LIST, and by a watch with initial events. */
export async function compareLists(server: ApiServer): Promise<Comparison> {
  const blank = await bundle('registry/blank.ts');
  const micro = await bundle('registry/list-micro.ts', ours);
  const clientNode = await bundle('registry/list-client-node.ts');
  const asked = new Map<string, readonly string[]>();
  const take = (name: string, file: string, watchList: boolean) => async () => {
    server.allowWatchList(watchList);
    server.takeAsked();
    const figures = await measure(file, [server.url, String(podCount)]);
    asked.set(name, server.takeAsked());
    return figures;
  };

  return {
    about: `${podCount} pods, from the first call to the whole picture`,
    subjects: {
      blank: () => measure(blank, []),
      list: take('list', micro, false),
      'watch-list': take('watch-list', micro, true),
      'client-node': take('client-node', clientNode, true),
    },
    rows: ['list', 'watch-list'].flatMap((subject): Row[] => [
      {
        label: `time, ${subject}`,
        unit: 'ms',
        ours: (of) => of(subject, 'timeMs'),
        peer: (of) => of('client-node', 'timeMs'),
        goal: { maxRatio: 0.35 },
      },
      {
        label: `CPU, ${subject}`,
        unit: 'ms',
        ours: (of) => of(subject, 'cpuMs'),
        peer: (of) => of('client-node', 'cpuMs'),
      },
      {
        label: `longest block, ${subject}`,
        unit: 'ms',
        ours: (of) => of(subject, 'blockMs'),
        peer: (of) => of('client-node', 'blockMs'),
        goal: { max: 40 },
      },
      {
        label: `peak memory, ${subject}`,
        unit: 'bytes',
        ours: (of) => of(subject, 'peakBytes') - of('blank', 'peakBytes'),
        peer: (of) => of('client-node', 'peakBytes') - of('blank', 'peakBytes'),
        goal: { maxRatio: 0.3 },
      },
    ]),
    remark: () => [...asked].map(([name, how]) => `${name} asked for ${how.join(', ')}`).join('; '),
  };
}
