import { registry } from './registry.ts';
import type { Suite } from './suite.ts';

/** Every suite by the name it is chosen by. */
export const suites: Readonly<Record<string, Suite>> = { registry };
