import type { Report } from './report.ts';
import type { Result } from './rounds.ts';
import type { Goal, Unit } from './suite.ts';

const heading = ['', 'ours', 'peer', 'ratio', 'goal', '', 'spread'];

/** Writes a report as text whose columns stand below each other. */
export function formatReport({ title, machine, rounds, comparisons }: Report): string {
  const sections = comparisons.map(({ name, about, remark, results }) => ({
    lines: [`${name}: ${about}`, ...(remark ? [remark] : [])],
    cells: results.map(cellsOf),
  }));
  const all = [heading, ...sections.flatMap(({ cells }) => cells)];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      // Words from the left, figures to the right.
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const text = sections.map(({ lines, cells }) =>
    [...lines, ...[heading, ...cells].map((row) => `  ${line(row)}`)].join('\n'),
  );
  return `${[`${title}\n${machine}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`, ...text].join('\n\n')}\n`;
}

function cellsOf({ label, unit, ours, peer, ratio, goal, met, spread }: Result): string[] {
  return [
    label,
    formatFigure(ours, unit),
    peer === undefined ? '' : formatFigure(peer, unit),
    ratio === undefined ? '' : formatRatio(ratio),
    goal ? formatGoal(goal, unit) : '',
    met === undefined ? '' : met ? 'met' : 'MISSED',
    spread === undefined ? '' : `${Math.round(spread * 100)} %`,
  ];
}

function formatGoal(goal: Goal, unit: Unit): string {
  if ('max' in goal) return `≤ ${formatFigure(goal.max, unit)}`;
  return 'maxRatio' in goal ? `≤ ${formatRatio(goal.maxRatio)}` : `≥ ${formatRatio(goal.minRatio)}`;
}

function formatRatio(ratio: number): string {
  return `${ratio.toFixed(ratio < 0.1 ? 3 : 2)}×`;
}

/** Writes a figure with three digits or so and its unit; bytes as what they add up to. */
export function formatFigure(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes': {
      const [divisor, name] = scaleOf(Math.abs(value));
      return `${digits(value / divisor)} ${name}`;
    }
    case 'times':
      return digits(value);
    default:
      return `${digits(value)} ${unit}`;
  }
}

function scaleOf(bytes: number): [number, string] {
  if (bytes >= 1e6) return [1e6, 'MB'];
  return bytes >= 1e4 ? [1e3, 'kB'] : [1, 'B'];
}

function digits(value: number): string {
  const size = Math.abs(value);
  const places = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toFixed(places);
}
