import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCounts } from './counts.ts';

test('reads how many cases ended how', () => {
  const output =
    'INFO: A/b/c failed (as expected):\n\t1 passed, 1 failed\n\nTotal cases: 20\n12 passed, 3 failed\n' +
    'Another 1 could not be run due to client timing out or exiting prematurely.\n' +
    '(Another 4 failed as expected due to being known failures/flakes.)\n';
  expect(readCounts(output)).toEqual({ passed: 12, failed: 3, knownFailing: 4, notRun: 1 });
});

test('nothing but passed cases is counted as such', () => {
  const counts = { passed: 20, failed: 0, knownFailing: 0, notRun: 0 };
  expect(readCounts('Total cases: 20\n20 passed, 0 failed\n')).toEqual(counts);
});

test('who did not come to the end has no counts', () => {
  expect(readCounts('config.yaml: unknown field\n')).toBeUndefined();
});

test('at most six patterns are known to fail, each below its reason', () => {
  const lines = ['server', 'client'].flatMap((side) =>
    readFileSync(join(import.meta.dirname, `../conf/${side}-known-failing.txt`), 'utf8').split(
      '\n',
    ),
  );
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(patterns.length).toBeLessThanOrEqual(6);
  for (const pattern of patterns) expect(lines[lines.indexOf(pattern) - 1]).toMatch(/^# ./);
});
