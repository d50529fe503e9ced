import { fetchOk, greet } from './start/first-answer.ts';
import { compareStarts } from './start/starts.ts';
import type { Suite } from './suite.ts';

/** From the spawn of a service to its first answer, against a program of the same packages. */
export const start: Suite = {
  title: () => 'starts of services against a bare program of the same packages',
  async open() {
    return {
      comparisons: {
        greeter: () =>
          compareStarts({ app: 'greeter', about: 'greeter, from spawn to a greeting', ask: greet }),
        'greeter-ready': () =>
          compareStarts({
            app: 'greeter',
            about: 'greeter, from spawn to /readyz',
            ask: fetchOk('/readyz'),
          }),
        api: () =>
          compareStarts({
            app: 'api',
            about: 'api, from spawn to an answer over HTTP',
            ask: fetchOk('/'),
          }),
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};
