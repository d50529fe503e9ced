import type { V1RoleBinding } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Forward, forward } from './forward.ts';
import { apply, isReady, kubectl, namesOf, podsOf, settled } from './kubectl.ts';
import { until } from './until.ts';

let api: Forward;
let binding: V1RoleBinding;

beforeAll(async () => {
  api = await forward('api', 8080);
  const found = JSON.parse(await kubectl('get', 'rolebinding', 'micro-registry', '-o', 'json'));
  const { name, labels, annotations } = found.metadata;
  binding = { ...found, metadata: { name, labels, annotations } };
});

afterAll(async () => {
  await apply(binding);
  api?.[Symbol.dispose]();
});

test('a pod without the permission says what it lacks, and registers once it has it', async () => {
  const before = namesOf(await settled());
  await kubectl('delete', 'rolebinding', 'micro-registry');
  await kubectl('delete', 'pod', before[0] ?? '', '--wait=false');
  const fresh = await until('a new greeter pod', 30_000, async () => {
    return namesOf(await podsOf('greeter')).find((name) => !before.includes(name));
  });

  const log = await until('a refusal in its log', 60_000, async () => {
    const text = await kubectl('logs', fresh);
    return /may not patch/.test(text) && text;
  });
  expect(log).toMatch(
    /ServiceAccount micro\/micro-services may not patch pods in namespace micro; this allows it/,
  );
  expect(log).toMatch(/kind: Role\b/);
  expect(log).toMatch(/resources: \[\\?"pods\\?"\], verbs: \[\\?"patch\\?"\]/);
  const pod = (await podsOf('greeter')).find(({ metadata }) => metadata?.name === fresh);
  expect(pod && isReady(pod)).toBe(false);

  const response = await fetch(`${api.url}/greeter/say/hello?name=John`);
  expect(await response.json()).toEqual({ msg: 'Hello John' });

  await apply(binding);
  await until(`${fresh} to be ready`, 60_000, async () => {
    const now = (await podsOf('greeter')).find(({ metadata }) => metadata?.name === fresh);
    return now && isReady(now);
  });
});
