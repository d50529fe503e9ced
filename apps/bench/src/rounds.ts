import type { Comparison, Figures, Round, Row } from './suite.ts';

/** A row of the table after all rounds. */
export interface Result {
  readonly label: string;
  readonly unit: Row['unit'];
  /** Medians over the rounds. */
  readonly ours: number;
  readonly peer?: number;
  /** The median of each round's own ratio, ours to the peer's. */
  readonly ratio?: number;
  /** (max − min) / median over the rounds, of the ratio or else of ours; of one round there is none. */
  readonly spread?: number;
  readonly goal?: Row['goal'];
  readonly met?: boolean;
}

/**
 * Measures a comparison: in every round each subject once, in an order of its own, so that what
 * passes over the machine meets them alike.
 *
 * @param name What it is called in what `onRun` is told, and in errors.
 * @param count Rounds, where the comparison does not say that one is enough.
 * @param onRun Told of each run before it begins.
 */
export async function runRounds(
  name: string,
  { subjects, rounds = 1 }: Comparison,
  count: number,
  onRun: (about: string) => void,
): Promise<Round[]> {
  const total = rounds === 'once' ? 1 : count * rounds;
  const results: Round[] = [];
  for (let number = 1; number <= total; number++) {
    const figures: Record<string, Figures> = {};
    for (const [subject, run] of shuffle(Object.entries(subjects))) {
      onRun(`${name}, round ${number} of ${total}: ${subject}`);
      figures[subject] = await run();
    }
    results.push((subject, figure) => {
      const value = figures[subject]?.[figure];
      if (value === undefined)
        throw new Error(
          `expected ${figure} of ${subject} in ${name}, got ${JSON.stringify(figures)}`,
        );
      return value;
    });
  }
  return results;
}

/** Sums a row up over the rounds. */
export function summarize(
  { label, unit, ours, peer, goal }: Row,
  rounds: readonly Round[],
): Result {
  const values = rounds.map(ours);
  const result = { label, unit, ours: median(values) };
  if (!peer) return { ...result, ...spread(values), ...judge(goal, result.ours) };
  const ratios = rounds.map((round) => ours(round) / peer(round));
  const ratio = median(ratios);
  const peers = { peer: median(rounds.map(peer)), ratio, ...spread(ratios) };
  return { ...result, ...peers, ...judge(goal, result.ours, ratio) };
}

/** @throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[Math.floor(sorted.length / 2)],
  ];
  if (low === undefined || high === undefined)
    throw new RangeError('expected values to take the median of, got none');
  return (low + high) / 2;
}

function spread(values: readonly number[]): Pick<Result, 'spread'> {
  if (values.length === 1) return {};
  return { spread: (Math.max(...values) - Math.min(...values)) / Math.abs(median(values)) };
}

function judge(goal: Row['goal'], ours: number, ratio = Number.NaN): Pick<Result, 'goal' | 'met'> {
  if (!goal) return {};
  if ('max' in goal) return { goal, met: ours <= goal.max };
  return { goal, met: 'maxRatio' in goal ? ratio <= goal.maxRatio : ratio >= goal.minRatio };
}

/** Fisher and Yates. */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled: T[] = [];
  for (const item of items) {
    const place = Math.floor(Math.random() * (shuffled.length + 1));
    shuffled.splice(place, 0, item);
  }
  return shuffled;
}
