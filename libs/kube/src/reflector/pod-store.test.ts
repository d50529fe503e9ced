import { expect, test } from 'vitest';
import type { Pod } from '../pod.ts';
import { createPodStore, mergeChanges } from './pod-store.ts';

test('of a new picture what came is told before what went, so that no service seems to be empty', () => {
  const pod = (uid: string): Pod => ({
    metadata: { name: uid, namespace: 'n', uid, resourceVersion: '1', labels: {}, annotations: {} },
    status: { phase: 'Running', podIP: '10.0.0.1', ready: true, containersReady: true },
  });
  const store = createPodStore(({ metadata }) => metadata.name);
  for (const uid of ['old', 'stays']) store.set(pod(uid));
  const next = store.renew();
  for (const uid of ['stays', 'new']) next.set(pod(uid));
  expect(next.take()).toEqual([
    { uid: 'new', after: 'new' },
    { uid: 'old', before: 'old' },
  ]);
});

test('what became of a pod several times at once is one change', () => {
  expect(
    mergeChanges(
      [
        { uid: 'a', after: 1 },
        { uid: 'b', before: 7, after: 8 },
        { uid: 'a', before: 1, after: 2 },
        { uid: 'c', after: 3 },
        { uid: 'c', before: 3 },
        { uid: 'd', before: 4, after: 5 },
        { uid: 'd', before: 5 },
      ].map((change) => [change]),
    ),
  ).toEqual([
    { uid: 'b', before: 7, after: 8 },
    { uid: 'a', after: 2 },
    { uid: 'd', before: 4 },
  ]);
});
