import { afterAll, beforeAll, describe } from 'vitest';
import { listContract } from './api-contract-lists.ts';
import { pagingContract } from './api-contract-paging.ts';
import { patchContract } from './api-contract-patches.ts';
import { protobufContract } from './api-contract-protobuf.ts';
import { refusalContract } from './api-contract-refusals.ts';
import type { ApiTrial } from './api-contract-trial.ts';
import { watchContract } from './api-contract-watches.ts';

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
