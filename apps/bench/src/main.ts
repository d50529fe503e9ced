import { parseArgs } from 'node:util';
import { installPeers } from './packages.ts';
import { type ComparisonReport, describeMachine, type Report } from './report.ts';
import { runRounds, summarize } from './rounds.ts';
import { suites } from './suites.ts';
import { formatReport } from './table.ts';

const usage = `npm run bench -- <suite> [--rounds 5] [--only list,watch] [--json]

suites: ${Object.keys(suites).join(', ')}
`;

/** Runs a suite: progress to standard error, the table to standard output. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (!suite) throw new TypeError(`expected a suite, got ${JSON.stringify(name)}\n\n${usage}`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TypeError(`expected --rounds from 1, got ${values.rounds}`);

  if (process.platform !== 'linux')
    throw new Error(
      `expected Linux, whose /proc says what a process takes, got ${process.platform}`,
    );
  await installPeers();
  const begun = performance.now();
  say('preparing');
  await using opened = await suite.open();
  const { comparisons: offered } = opened;
  const wanted = (values.only?.split(',') ?? Object.keys(offered)).map((chosen) => {
    const open = offered[chosen];
    if (open) return { chosen, open };
    throw new TypeError(`expected --only of ${Object.keys(offered).join()}, got ${chosen}`);
  });
  const comparisons: ComparisonReport[] = [];
  for (const { chosen, open } of wanted) {
    const comparison = await open();
    const measured = await runRounds(chosen, comparison, rounds, say);
    comparisons.push({
      name: chosen,
      about: comparison.about,
      remark: comparison.remark?.() ?? '',
      results: comparison.rows.map((row) => summarize(row, measured)),
    });
  }
  say(`done in ${Math.round((performance.now() - begun) / 1_000)} s\n`);
  const report: Report = { title: suite.title(), machine: describeMachine(), rounds, comparisons };
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
}

/** Says on standard error what is done; on a terminal in one line, for there are many. */
function say(what: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${what}` : `${what}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
