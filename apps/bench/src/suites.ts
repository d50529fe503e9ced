import { registry } from './registry.ts';
import { rpc } from './rpc.ts';
import { start } from './start.ts';
import type { Suite } from './suite.ts';

/** Every suite by the name it is chosen by. */
export const suites: Readonly<Record<string, Suite>> = { registry, rpc, start };
