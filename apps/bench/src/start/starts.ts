import { join } from 'node:path';
import { bundleService, leftOut } from '../../../../libs/workspace/src/bundle.ts';
import { bundle } from '../bundle.ts';
import type { Comparison } from '../suite.ts';
import { type Ask, askNothing, measureFirstAnswer } from './first-answer.ts';

/** A service in its bundle, as it goes into an image, with one question for it. */
export interface StartOptions {
  /** The app's name, `greeter`. */
  readonly app: string;
  /** What is asked, for the table. */
  readonly about: string;
  readonly ask: Ask;
}

/** No other process and no network has a say in when it is registered; any port is free. */
const flags = ['--registry=memory'];

/** A start of a service against one of a program of the same packages that has nothing of ours. */
export async function compareStarts({ app, about, ask }: StartOptions): Promise<Comparison> {
  const bare = await bundle('start/bare.ts', { external: leftOut });
  const blank = await bundle('start/blank.ts', { name: 'start-blank' });
  const { path } = await bundleService(join(import.meta.dirname, '../../..', app));
  return {
    about,
    // They are short.
    rounds: 3,
    subjects: {
      blank: () => measureFirstAnswer(blank, [], askNothing),
      bare: () => measureFirstAnswer(bare, [], ask),
      app: () => measureFirstAnswer(path, flags, ask),
    },
    rows: [
      {
        label: 'first answer',
        unit: 'ms',
        ours: (of) => of('app', 'timeMs'),
        peer: (of) => of('bare', 'timeMs'),
        goal: { maxRatio: 1.15 },
      },
      {
        label: 'CPU until then',
        unit: 'ms',
        ours: (of) => of('app', 'cpuMs'),
        peer: (of) => of('bare', 'cpuMs'),
      },
      {
        label: 'memory then',
        unit: 'bytes',
        ours: (of) => of('app', 'rssBytes'),
        peer: (of) => of('bare', 'rssBytes'),
      },
      {
        label: 'first answer, peer a blank Node',
        unit: 'ms',
        ours: (of) => of('app', 'timeMs'),
        peer: (of) => of('blank', 'timeMs'),
      },
    ],
  };
}
