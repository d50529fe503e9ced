import { test } from 'vitest';
import { checkConvergence } from './convergence.ts';

test(
  'shows what is true after any mix of changes and faults: 200 stories',
  () => checkConvergence(200),
  60_000,
);
