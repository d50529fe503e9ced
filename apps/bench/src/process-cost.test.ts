import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cpuUsOf, residentBytesOf } from './process-cost.ts';

test('the CPU of a process is that of all its threads, as it counts itself', () => {
  const counted = (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const [before, own] = [cpuUsOf(process.pid), counted()];
  const end = own + 100_000;
  while (counted() < end);
  const spent = cpuUsOf(process.pid) - before;
  expect(spent).toBeGreaterThan(90_000);
  expect(spent).toBeLessThan(1_000_000);
});

test('the memory of a process is what the kernel says it has', () => {
  expect(residentBytesOf(process.pid)).toBeGreaterThan(20e6);
  expect(residentBytesOf(process.pid)).toBeLessThan(4e9);
});

test('a process that is gone is an error', () => {
  const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid']));
  expect(() => cpuUsOf(pid)).toThrow(/ENOENT/);
  expect(() => residentBytesOf(pid)).toThrow(/ENOENT/);
});
