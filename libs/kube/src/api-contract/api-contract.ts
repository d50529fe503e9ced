import { afterAll, beforeAll, describe } from 'vitest';
import { listContract } from './lists.ts';
import { pagingContract } from './paging.ts';
import { patchContract } from './patches.ts';
import { protobufContract } from './protobuf.ts';
import { refusalContract } from './refusals.ts';
import type { ApiTrial } from './trial.ts';
import { watchContract } from './watches.ts';

const themes = {
  lists: listContract,
  pages: pagingContract,
  watches: watchContract,
  patches: patchContract,
  refusals: refusalContract,
  protobuf: protobufContract,
};

/** What the fake API server answers as a real one does, asked for byte by byte. */
export function apiContract(name: string, open: () => Promise<ApiTrial>): void {
  describe.each(Object.entries(themes))(`${name}: %s`, (_, contract) => {
    let trial: ApiTrial;
    beforeAll(async () => {
      trial = await open();
    });
    afterAll(() => trial[Symbol.asyncDispose]());
    contract(() => trial);
  });
}
