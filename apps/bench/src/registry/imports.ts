import { bundle } from '../bundle.ts';
import { measure } from '../measure.ts';
import type { Comparison, Row } from '../suite.ts';
import { ours, peer } from './peer.ts';

/** What loading costs, above what `node:https` does, which nobody gets around. */
export async function compareImports(): Promise<Comparison> {
  const runner = await bundle('registry/import.ts');
  const modules = 'load-client-node-modules';
  const minify = true;
  const https = await bundle('registry/load-https.ts');
  const files = {
    micro: await bundle('registry/load-micro.ts', { ...ours, minify, name: 'load-micro.min' }),
    bundled: await bundle('registry/load-client-node.ts', { minify, name: 'load-client-node.min' }),
    modules: await bundle('registry/load-client-node.ts', { name: modules, external: [peer] }),
  };
  const against = (subject: string, label: string): Row[] => [
    {
      label: `time, ${label}`,
      unit: 'ms',
      ours: (of) => of('micro', 'timeMs'),
      peer: (of) => of(subject, 'timeMs'),
      goal: { max: 3 },
    },
    {
      label: `memory, ${label}`,
      unit: 'bytes',
      ours: (of) => of('micro', 'bytes'),
      peer: (of) => of(subject, 'bytes'),
      goal: { max: 2e6 },
    },
  ];
  return {
    about: 'to load the bundle, minified, above what node:https takes',
    // They are short.
    rounds: 3,
    subjects: Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, () => measure(runner, [https, file])]),
    ),
    rows: [...against('bundled', 'peer bundled'), ...against('modules', 'peer in node_modules')],
  };
}
