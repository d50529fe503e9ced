import type { Pod } from '@micro/kube';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitAddress } from '../node.ts';
import { createPodReader, nodesOf } from './pod-record.ts';

/** Fifty microseconds are usual at most. */
const maxMeanMs = 0.5;

const anyJson = fc.jsonValue({ maxDepth: 2 });
const nastyText = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '\0', 'a\u202eb', '<img src=x>'),
  fc.string({ unit: 'binary' }),
);
const nastyAddress = fc.oneof(
  fc.constantFrom(
    '169.254.169.254:80',
    'localhost:1',
    'evil.example:443',
    '[::1]:22',
    '10.0.0.1:0',
    '10.0.0.1:70000',
    '10.0.0.1:9090@evil.example:80',
    'evil.example:80#10.0.0.1:9090',
    '10.0.0.1:http',
  ),
  fc.tuple(fc.domain(), fc.nat({ max: 70_000 })).map(([host, port]) => `${host}:${port}`),
  nastyText,
);
/** Mostly right, for what is wrong everywhere is found out by the first thing that is. */
const or = (right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown> = anyJson) =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: wrong });
const record = fc.record({
  name: or(fc.constant('a'), nastyText),
  version: or(nastyText),
  metadata: or(fc.constant(null)),
  endpoints: or(
    fc.constantFrom(null, []),
    fc.array(fc.record({ name: nastyText, request: anyJson })),
  ),
  nodes: or(
    fc.array(
      fc.record({
        id: or(nastyText),
        address: or(nastyAddress),
        port: or(fc.integer({ min: -1, max: 70_000 })),
        metadata: or(fc.dictionary(nastyText, nastyText)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  ),
});
const text = fc.oneof(
  record.map((record) => JSON.stringify(record)),
  // What is right but for one character.
  fc
    .tuple(record, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }))
    .map(([record, at, character]) => {
      const whole = JSON.stringify(record);
      const cut = at % whole.length;
      return whole.slice(0, cut) + character + whole.slice(cut + 1);
    }),
  fc.string(),
  anyJson.map((value) => JSON.stringify(value)),
);
const label = fc.oneof(
  fc.constantFrom('micro.mu/selector-a', 'micro.mu/selector-__proto__', 'micro.mu/selector-'),
  nastyText.map((name) => `micro.mu/selector-${name}`),
);

test('10 000 hostile registrations throw nothing and steer nobody away from their pod', () => {
  const read = createPodReader(() => {});
  let tookMs = 0;
  let nodes = 0;
  const check = (labels: string[], annotation: string, podIP: string): void => {
    const annotations: Record<string, string> = Object.create(null);
    for (const name of labels) annotations[name.replace('selector-', 'service-')] = annotation;
    const pod: Pod = {
      metadata: {
        name: 'p',
        namespace: 'micro',
        uid: 'u',
        resourceVersion: '1',
        labels: Object.fromEntries(labels.map((name) => [name, 'service'])),
        annotations,
      },
      status: { phase: 'Running', podIP, ready: true, containersReady: true },
    };
    const begun = performance.now();
    const found = nodesOf(read(pod, undefined));
    tookMs += performance.now() - begun;
    nodes += found.length;
    for (const { address } of found) expect(splitAddress(address)?.host).toBe(podIP);
  };
  const property = fc.property(
    fc.array(label, { maxLength: 3 }),
    text,
    fc.constantFrom('10.0.0.1', 'fd00::1'),
    check,
  );
  fc.assert(property, { numRuns: 10_000, seed: 2019 });
  expect(nodes).toBeGreaterThan(20);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  expect(tookMs / 10_000).toBeLessThan(maxMeanMs);
}, 60_000);
