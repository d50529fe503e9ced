// Adds up vitest's reports: those that every package promises with its targets, and those named as
// arguments. A suite without a report, or that broke before its first test, counts as a failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const say = (line) => process.stdout.write(`${line}\n`);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

function promised() {
  const folders = ['apps', 'libs'].flatMap((kind) =>
    readdirSync(kind).map((one) => join(kind, one)),
  );
  return folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap((folder) => {
      const { targets = {} } = read(join(folder, 'package.json')).nx ?? {};
      const names = ['test', 'test-full'].filter((target) => target in targets);
      return names.map((name) => join(folder, 'dist', `${name}.json`));
    });
}

let passed = 0;
let failed = 0;
for (const file of [...promised(), ...process.argv.slice(2)]) {
  if (!existsSync(file)) {
    say(`${file}: did not run`);
    failed++;
    continue;
  }
  const report = read(file);
  const broken = report.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.length,
  );
  passed += report.numPassedTests;
  failed += report.numFailedTests + broken.length;
  const skipped = report.numPendingTests ? `, ${report.numPendingTests} skipped` : '';
  say(
    `${file}: ${report.numPassedTests} passed, ${report.numFailedTests + broken.length} failed${skipped}`,
  );
  for (const suite of broken) say(`  ${suite.name}: ${suite.message}`);
}
say(`tests: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
