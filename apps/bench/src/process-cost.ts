import { readdirSync, readFileSync } from 'node:fs';

/** The CPU that all threads of a process have taken so far, in microseconds. @throws Error if it is gone. */
export function cpuUsOf(pid: number): number {
  const folder = `/proc/${pid}/task`;
  const spent = readdirSync(folder).map((task) => {
    // Nanoseconds on a CPU, nanoseconds waiting for one, turns.
    const [ns] = readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ', 1);
    return Number(ns) / 1_000;
  });
  return spent.reduce((sum, us) => sum + us, 0);
}

/** The memory a process has now, in bytes. @throws Error if it is gone. */
export function residentBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
