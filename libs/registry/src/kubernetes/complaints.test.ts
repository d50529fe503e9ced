import { createManualClock } from '@micro/testing';
import { beforeEach, expect, test } from 'vitest';
import { type Complaints, createComplaints } from './complaints.ts';

let told: string[];
let clock: ReturnType<typeof createManualClock>;
let complaints: Complaints;
beforeEach(() => {
  told = [];
  clock = createManualClock();
  complaints = createComplaints((problem) => told.push(problem), clock);
});

test('tells of each thing that is wrong with a pod once for as long as it is so', () => {
  for (let n = 0; n < 5; n++) complaints.hear('pod', ['one', 'two']);
  expect(told).toEqual(['one', 'two']);
});

test('tells of what was mended and is wrong again, and of the same of another pod', () => {
  complaints.hear('pod', ['one']);
  complaints.hear('pod', []);
  complaints.hear('pod', ['one']);
  complaints.hear('other', ['one']);
  complaints.forget('other');
  complaints.hear('other', ['one']);
  expect(told).toEqual(Array(4).fill('one'));
});

test('a pod that says something else each time is told of ten times a minute', () => {
  for (let n = 1; n <= 100; n++) complaints.hear('pod', [`${n}`]);
  expect(told.length).toBe(10);
  expect(told.at(-1)).toBe('10; no more of this pod is told for a minute');
  clock.advance(60_000);
  complaints.hear('pod', ['again']);
  expect(told.at(-1)).toBe('again');
});

test('what ten thousand pods say is told, and few of them are remembered', () => {
  for (let n = 0; n < 10_000; n++) complaints.hear(`${n}`, ['one']);
  expect(told.length).toBe(10_000);
  complaints.hear('9999', ['one']);
  complaints.hear('0', ['one']);
  expect(told.length).toBe(10_001);
});
