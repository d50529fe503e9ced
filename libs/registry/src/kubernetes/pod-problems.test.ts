import { createManualClock } from '@micro/testing';
import { beforeEach, expect, test } from 'vitest';
import { createPodProblems, type PodProblems } from './pod-problems.ts';

let told: string[];
let clock: ReturnType<typeof createManualClock>;
let problems: PodProblems;
beforeEach(() => {
  told = [];
  clock = createManualClock();
  problems = createPodProblems((problem) => told.push(problem), clock);
});

test('tells of each thing that is wrong with a pod once for as long as it is so', () => {
  for (let n = 0; n < 5; n++) problems.update('pod', ['one', 'two']);
  expect(told).toEqual(['one', 'two']);
});

test('tells of what was mended and is wrong again, and of the same of another pod', () => {
  problems.update('pod', ['one']);
  problems.update('pod', []);
  problems.update('pod', ['one']);
  problems.update('other', ['one']);
  problems.forget('other');
  problems.update('other', ['one']);
  expect(told).toEqual(Array(4).fill('one'));
});

test('a pod that says something else each time is told of ten times a minute', () => {
  for (let n = 1; n <= 100; n++) problems.update('pod', [`${n}`]);
  expect(told.length).toBe(10);
  expect(told.at(-1)).toBe('10; no more of this pod is told for a minute');
  clock.advance(60_000);
  problems.update('pod', ['again']);
  expect(told.at(-1)).toBe('again');
});

test('what is still wrong with a pod of which no more was told is told a minute later', () => {
  const all = Array.from({ length: 15 }, (_, n) => `${n}`);
  problems.update('pod', all);
  expect(told.length).toBe(10);
  clock.advance(60_000);
  problems.update('pod', all);
  expect(told.slice(10)).toEqual(all.slice(10));
});

test('what ten thousand pods say is told, and few of them are remembered', () => {
  for (let n = 0; n < 10_000; n++) problems.update(`${n}`, ['one']);
  expect(told.length).toBe(10_000);
  problems.update('9999', ['one']);
  problems.update('0', ['one']);
  expect(told.length).toBe(10_001);
});
