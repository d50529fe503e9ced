import { arch, cpus, platform } from 'node:os';
import type { Result } from './rounds.ts';

/** What a run of a suite came to. */
export interface Report {
  readonly title: string;
  /** Where it ran. */
  readonly machine: string;
  readonly rounds: number;
  readonly comparisons: readonly ComparisonReport[];
}

export interface ComparisonReport {
  readonly name: string;
  readonly about: string;
  readonly remark: string;
  readonly results: readonly Result[];
}

/** This machine in a line: figures are of it, ratios less so. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim() || 'CPU';
  return `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} × ${model}`;
}
