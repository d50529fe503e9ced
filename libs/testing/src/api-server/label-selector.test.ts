import { expect, test } from 'vitest';
import { parseLabelSelector } from './label-selector.ts';

const labels = { 'micro.mu/type': 'service', empty: '' };

test.each([
  ['', true],
  ['micro.mu/type=service', true],
  ['micro.mu/type==service', true],
  ['micro.mu/type=other', false],
  ['micro.mu/type', true],
  ['!micro.mu/type', false],
  ['!other', true],
  ['other', false],
  ['empty=', true],
  ['other=', false],
  ['micro.mu/type=service,empty,!other', true],
  ['micro.mu/type=service,other', false],
])('%j matches: %j', (selector, matches) => {
  expect(parseLabelSelector(selector)(labels)).toBe(matches);
});

test.each(['a in (b)', 'a!=b', '!a=b', 'a b'])('refuses %j', (selector) => {
  expect(() => parseLabelSelector(selector)).toThrow(`unable to parse requirement: ${selector}`);
});
