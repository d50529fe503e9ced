import { test } from 'vitest';
import { checkConvergence } from './convergence.ts';

test(
  'shows what is true after any mix of changes and faults: 5 000 stories',
  () => checkConvergence(5_000),
  1_200_000,
);
