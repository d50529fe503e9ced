import type { Counts } from './counts.ts';
import { buildSuite, runSuite, type Side } from './suite.ts';

const sides: readonly Side[] = ['server', 'client'];

/** Tries our server, then our client; the arguments are further options of `connectconformance`. */
async function main(args: readonly string[]): Promise<void> {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => ending.abort());
  await buildSuite(ending.signal);
  const lines: string[] = [];
  for (const side of sides) {
    process.stdout.write(`\nConnect conformance suite, our ${side}\n`);
    const counts = await runSuite(side, args, ending.signal);
    lines.push(`${side}: ${describe(counts)}\n`);
    if (counts.failed + counts.notRun > 0) process.exitCode = 1;
  }
  process.stdout.write(`\n${lines.join('')}`);
}

function describe({ passed, failed, knownFailing, notRun }: Counts): string {
  return `${passed} passed, ${failed} failed, ${knownFailing} known to fail, ${notRun} not run`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
