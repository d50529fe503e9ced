import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
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

/**
 * What stays alive of what `make` makes, buffers outside of the heap included. It is made and dropped
 * some times before, so that there is all that it needs once.
 */
export async function liveBytesOf<T>(
  make: () => Promise<T>,
  drop: (made: T) => Promise<void>,
): Promise<{ readonly made: T; readonly bytes: number }> {
  const rehearse = async (): Promise<void> => drop(await make());
  for (let n = 0; n < 3; n++) await rehearse();
  const before = await liveBytes();
  const made = await make();
  return { made, bytes: (await liveBytes()) - before };
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

/** The heap after a garbage collection, of data alone: compiled code comes and goes, by a megabyte at a time. */
export async function liveBytes(): Promise<number> {
  await collectGarbage();
  const data = getHeapSpaceStatistics().filter(
    ({ space_name }) => !/code|trusted/.test(space_name),
  );
  const used = data.map(({ space_used_size }) => space_used_size);
  return used.reduce((sum, bytes) => sum + bytes, process.memoryUsage().external);
}

function readStatus(field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}
