import { versionOf } from './packages.ts';
import { compareCalls } from './rpc/calls.ts';
import { nodeCount } from './rpc/nodes.ts';
import type { Suite } from './suite.ts';

const small = 10;
const large = 10 * 1024;

/** Our calls against those of raw grpc-js and of nice-grpc, which is built on it as ours is. */
export const rpc: Suite = {
  title: () =>
    `calls to ${nodeCount} nodes against raw grpc-js on one channel, and nice-grpc ${versionOf('nice-grpc')}`,
  async open() {
    return {
      comparisons: {
        'unary-1': () =>
          compareCalls({
            about: 'small unary calls, one after the other',
            load: { lanes: 1, letters: small },
            unit: 'call',
          }),
        'unary-100': () =>
          compareCalls({
            about: 'small unary calls, 100 outstanding',
            load: { lanes: 100, letters: small },
            unit: 'call',
          }),
        '10k-100': () =>
          compareCalls({
            about: 'unary calls with 10 KiB each way, 100 outstanding',
            load: { lanes: 100, letters: large },
            unit: 'call',
          }),
        stream: () =>
          compareCalls({
            about: 'small messages from the server, in 10 streams of 1000',
            load: { lanes: 10, messages: 1_000 },
            unit: 'message',
          }),
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};
