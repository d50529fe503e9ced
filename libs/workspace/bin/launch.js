// The one command a fresh clone needs: installs what is missing, moves to the pinned Node, runs the
// task. `launch.js start` starts the services; `launch.js node` is that Node
// itself; anything else is a program of node_modules/.bin.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findNode, isInstalled, markInstalled, root } from './installed.js';

const [task = 'start', ...args] = process.argv.slice(2);

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node 20 or newer is needed to begin, this is ${process.version}: https://nodejs.org`);

if (!isInstalled()) {
  process.stderr.write('Installing packages, once: about half a minute.\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('npm ci failed: see above, then run the same command again.', status ?? 1);
  markInstalled();
}

const node = findNode();
if (!node)
  fail(
    `Node 24 is needed and this is ${process.version}: install it (https://nodejs.org, or "nvm install") and run the same command again.`,
  );

const program =
  task === 'start'
    ? ['libs/workspace/src/dev.ts']
    : task === 'node'
      ? []
      : [join('node_modules/.bin', task)];
const child = spawn(node, [...program, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: [join(root, 'node_modules/.bin'), dirname(node), process.env.PATH].join(delimiter),
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// Who started us may be killed without a word; then nobody waits for the task any more.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
