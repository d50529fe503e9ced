import { expect, test } from 'vitest';
import { formatFigure, formatReport } from './table.ts';

test('a report is a table whose columns stand below each other', () => {
  const report = formatReport({
    title: 'ours against theirs',
    machine: 'a machine',
    rounds: 5,
    comparisons: [
      {
        name: 'list',
        about: 'of everything',
        remark: 'asked for as json',
        results: [
          {
            label: 'time',
            unit: 'ms',
            ours: 620.4,
            peer: 1_771,
            ratio: 0.35,
            spread: 0.123,
            goal: { maxRatio: 0.3 },
            met: false,
          },
          { label: 'memory', unit: 'bytes', ours: 1.5e6, goal: { max: 2e6 }, met: true },
          {
            label: 'calls',
            unit: '/s',
            ours: 9_000,
            peer: 6_000,
            ratio: 1.5,
            goal: { minRatio: 1 },
            met: true,
          },
        ],
      },
    ],
  });
  expect(report).toMatchInlineSnapshot(`
    "ours against theirs
    a machine; 5 rounds

    list: of everything
    asked for as json
                 ours     peer  ratio     goal          spread
      time     620 ms  1771 ms  0.35×  ≤ 0.30×  MISSED    12 %
      memory  1.50 MB                   ≤ 2 MB     met
      calls   9000 /s  6000 /s  1.50×  ≥ 1.00×     met
    "
  `);
});

test.each([
  [620.4, 'ms', '620 ms'],
  [12.34, 'ms', '12.3 ms'],
  [0.567, 'ms', '0.57 ms'],
  [-4.1, 'µs', '-4.10 µs'],
  [24_700, 'bytes', '24.7 kB'],
  [9_821, 'bytes', '9821 B'],
  [78e6, 'bytes', '78 MB'],
  [1_002, 'times', '1002'],
  [8_999.6, '/s', '9000 /s'],
] as const)('%d %s is %s', (value, unit, text) => {
  expect(formatFigure(value, unit)).toBe(text);
});
