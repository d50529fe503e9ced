import { openCluster } from './cluster.ts';
import { run } from './command.ts';
import { step } from './steps.ts';

const limitMinutes = 10;

/** Deploys to a cluster and tests there; the arguments choose test files, all by default. */
async function main(files: readonly string[]): Promise<void> {
  const ending = new AbortController();
  const end = (why: string) => () => ending.abort(new Error(why));
  process.once('SIGINT', end('ended by SIGINT'));
  process.once('SIGTERM', end('ended by SIGTERM'));
  setTimeout(end(`expected to be done in ${limitMinutes} minutes`), limitMinutes * 60_000).unref();
  const { signal } = ending;

  await using cluster = await openCluster(process.env, signal);
  const env = { ...cluster.env, SKAFFOLD_INTERACTIVE: 'false', SKAFFOLD_UPDATE_CHECK: 'false' };
  try {
    await step('deploying with skaffold', () => run('skaffold', ['run'], { env, signal }));
    // The verbose reporter is the one that says why a test was skipped.
    const options = '--config ../../vitest.config.ts --mode e2e --reporter verbose --reporter json';
    const vitest = `node_modules/vitest/vitest.mjs run --root apps/e2e ${options}`;
    const args = [...vitest.split(' '), ...files];
    await run(process.execPath, args, { env, signal, show: true });
  } catch (error) {
    await showPods(env).catch((reason) => process.stderr.write(`no pods to show: ${reason}\n`));
    throw error;
  }
}

/** What the pods have to say, for who reads why it failed. */
async function showPods(env: NodeJS.ProcessEnv): Promise<void> {
  const all = ['--selector', 'app.kubernetes.io/part-of=micro', '--all-containers', '--prefix'];
  for (const args of [
    ['get', 'pods', '--output', 'wide'],
    ['events', '--types', 'Warning'],
    ['logs', ...all, '--ignore-errors', '--tail', '100', '--max-log-requests', '20'],
  ]) {
    const text = await run('kubectl', ['--namespace', 'micro', ...args], { env });
    process.stdout.write(`\nkubectl ${args[0]}\n${text.split('\n').slice(-200).join('\n')}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
