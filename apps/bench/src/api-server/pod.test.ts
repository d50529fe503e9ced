import { expect, test } from 'vitest';
import { describePod, indexOf, podCount } from './pod.ts';

const pods = Array.from({ length: podCount }, (_, index) => describePod(index, 9_090));

test.each(['uid', 'ip', 'node', 'version', 'instance'] as const)(
  'no two pods share a %s',
  (text) => {
    expect(new Set(pods.map((pod) => pod[text])).size).toBe(podCount);
  },
);

test('services have a hundred pods each', () => {
  expect(new Set(pods.map((pod) => pod.service)).size).toBe(100);
  expect(pods[4_299]).toMatchObject({ service: 'svc-042', handler: 'S42' });
});

test('a pod is found by its name', () => {
  expect(indexOf(`svc-042-b88dbd898-${pods[4_242]!.instance}`)).toBe(4_242);
});
