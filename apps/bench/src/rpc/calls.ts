import type { Comparison, Figures, Row } from '../suite.ts';
import type { Load } from './load.ts';
import { bundlePair } from './pair.ts';

/** Ours: with registry, balancer and three nodes, but no more than calls need; and as a service runs. */
const ours = { core: 'core', defaults: 'all defaults' } as const;
/** How much of the peer's CPU a call of ours may take. */
const maxCpuRatio = { core: 1.05, defaults: 1.15 } as const;

export interface CallsOptions {
  readonly about: string;
  readonly load: Load;
  /** What is counted: `call`, or `message` of streams. */
  readonly unit: 'call' | 'message';
}

/** What calls cost, of raw grpc-js with one channel, of nice-grpc, and of ours. */
export async function compareCalls({ about, load, unit }: CallsOptions): Promise<Comparison> {
  const names = ['grpc-js', 'nice-grpc', ...Object.keys(ours)];
  const subjects: Record<string, () => Promise<Figures>> = {};
  for (const name of names) {
    const pair = await bundlePair(name);
    subjects[name] = () => pair(load);
  }
  return {
    about,
    subjects,
    rows: (Object.keys(ours) as (keyof typeof ours)[]).flatMap((name) => rowsOf(name, unit)),
  };
}

function rowsOf(name: keyof typeof ours, unit: string): Row[] {
  const label = (what: string): string => `${ours[name]}: ${what}`;
  const both =
    (subject: string, figure: 'Us' | 'RssBytes' | 'HeapBytes'): Row['ours'] =>
    (of) =>
      of(subject, `client${figure}`) + of(subject, `server${figure}`);
  const cpu = { unit: 'µs', ours: both(name, 'Us') } as const;
  return [
    {
      label: label(`${unit}s`),
      unit: '/s',
      ours: (of) => of(name, 'perSecond'),
      peer: (of) => of('grpc-js', 'perSecond'),
      ...(name === 'core' && { goal: { minRatio: 1 } }),
    },
    {
      ...cpu,
      label: label(`CPU a ${unit}`),
      peer: both('grpc-js', 'Us'),
      goal: { maxRatio: maxCpuRatio[name] },
    },
    {
      label: label('of it the client'),
      unit: 'µs',
      ours: (of) => of(name, 'clientUs'),
      peer: (of) => of('grpc-js', 'clientUs'),
    },
    {
      label: label('of it the server'),
      unit: 'µs',
      ours: (of) => of(name, 'serverUs'),
      peer: (of) => of('grpc-js', 'serverUs'),
    },
    {
      ...cpu,
      label: label(`CPU a ${unit}, peer nice-grpc`),
      peer: both('nice-grpc', 'Us'),
      goal: { maxRatio: 1 },
    },
    {
      label: label('memory under load'),
      unit: 'bytes',
      ours: both(name, 'RssBytes'),
      peer: both('grpc-js', 'RssBytes'),
    },
    {
      label: label('heap after it'),
      unit: 'bytes',
      ours: both(name, 'HeapBytes'),
      peer: both('grpc-js', 'HeapBytes'),
    },
  ];
}
