import { bundle, sizeOf } from '../bundle.ts';
import type { Comparison } from '../suite.ts';
import { ours } from './peer.ts';

/** What goes into an image. */
export async function compareSizes(): Promise<Comparison> {
  const minify = true;
  const micro = { ...ours, minify, name: 'load-micro.min' };
  const microFile = await bundle('registry/load-micro.ts', micro);
  const clientNode = { minify, name: 'load-client-node.min' };
  const clientNodeFile = await bundle('registry/load-client-node.ts', clientNode);
  return {
    about: 'of the bundle, minified',
    rounds: 'once',
    subjects: {
      micro: async () => sizeOf(microFile),
      'client-node': async () => sizeOf(clientNodeFile),
    },
    rows: [
      {
        label: 'plain',
        unit: 'bytes',
        ours: (of) => of('micro', 'bytes'),
        peer: (of) => of('client-node', 'bytes'),
        goal: { max: 60_000 },
      },
      {
        label: 'gzip',
        unit: 'bytes',
        ours: (of) => of('micro', 'gzipBytes'),
        peer: (of) => of('client-node', 'gzipBytes'),
        goal: { max: 20_000 },
      },
    ],
  };
}
