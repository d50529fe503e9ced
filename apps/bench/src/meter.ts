import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Figures } from './suite.ts';

/**
 * Starts to measure; what it returns stops and says the time, the CPU of all threads, and how long
 * the event loop was blocked at most.
 */
export function startMeter(): () => Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  return async () => {
    const timeMs = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    // A block is noticed by the timer that comes late after it, and we may be at its very end.
    await setTimeout(5);
    delay.disable();
    return { timeMs, cpuMs: (user + system) / 1_000, blockMs: delay.max / 1e6 };
  };
}

/** The most memory this process has had so far, of the kernel's own count. */
export function peakBytes(): number {
  return readStatus('VmHWM');
}

/** The memory it has now, after a garbage collection. */
export async function residentBytes(): Promise<number> {
  await collectGarbage();
  return readStatus('VmRSS');
}

/** What is alive after a garbage collection, buffers outside of the heap included. */
export async function liveBytes(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The value that so much of all values are not above. @param part 0.99 for the p99. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}

async function collectGarbage(): Promise<void> {
  // What one collection lets go of, finalizers above all, only the next one frees.
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await setTimeout(10);
  }
}

function readStatus(field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}
