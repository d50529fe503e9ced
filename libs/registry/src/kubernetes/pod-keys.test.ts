import { expect, test } from 'vitest';
import { keysOf, mangle } from './pod-keys.ts';

test.each([
  ['go.micro.srv.greeter', 'go.micro.srv.greeter'],
  ['topic:a', 'topic_a'],
  ['a/b c', 'a_b_c'],
  ['größe', 'gr____e'],
  ['𝄞x', '____x'],
])('mangles %s byte by byte', (service, mangled) => {
  expect(mangle(service)).toBe(mangled);
});

test('gives the keys of go-micro', () => {
  expect(keysOf('go.micro.srv.greeter')).toEqual({
    selector: 'micro.mu/selector-go.micro.srv.greeter',
    record: 'micro.mu/service-go.micro.srv.greeter',
  });
  expect(keysOf('a'.repeat(54)).selector.length).toBe('micro.mu/'.length + 63);
});

test.each(['a'.repeat(55), `${'ä'.repeat(27)}a`, 'greeter.', 'greeter-', 'greeter:', 'größ', ''])(
  'refuses %j, which Kubernetes would not take',
  (service) => {
    expect(() => keysOf(service)).toThrow(
      /expected a service name of at most 54 bytes that ends in a letter or digit/,
    );
  },
);
