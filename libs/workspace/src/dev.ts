import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePage } from './bundle.ts';
import { workspaceRoot } from './packages.ts';

/** What `npm start` does: every service of the workspace as a process of its own, from source. */
async function main(): Promise<void> {
  const started = performance.now();
  const apps = readStartable();
  await Promise.all(apps.filter(hasPage).map(({ folder }) => bundlePage(folder)));
  const services = apps.map(startService);
  const exits = services.map(({ child }) => exitOf(child));
  const stop = once(() => {
    for (const { child } of services) child.kill('SIGTERM');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  stopWithParent(stop);
  // One that ends takes the others along: half a system only looks like one.
  for (const exit of exits) void exit.then(stop);

  const answering = await Promise.all([greeting, page].map((url) => answers(url, exits)));
  if (answering.every(Boolean)) process.stdout.write(welcome(performance.now() - started));
  const codes = await Promise.all(exits);
  process.exitCode = Math.max(...codes);
}

/** An app that `npm start` starts: its package.json says with which flags, in `micro.start`. */
interface Startable {
  readonly folder: string;
  readonly flags: readonly string[];
}

/** The whole way from HTTP to the greeter, and the dashboard. */
const greeting = 'http://127.0.0.1:8080/greeter/say/hello?name=John';
const page = 'http://127.0.0.1:8082/readyz';

function readStartable(): Startable[] {
  return globSync('apps/*/package.json', { cwd: workspaceRoot }).flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(workspaceRoot, path), 'utf8')) as {
      micro?: { start?: string[] };
    };
    const flags = manifest.micro?.start;
    return flags ? [{ folder: join(workspaceRoot, dirname(path)), flags }] : [];
  });
}

function hasPage({ folder }: Startable): boolean {
  return existsSync(join(folder, 'page/main.tsx'));
}

function startService({ folder, flags }: Startable): { child: ChildProcess } {
  const child = spawn(
    process.execPath,
    [join(folder, 'src/main.ts'), ...flags, ...process.argv.slice(2)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      // Detached, or Ctrl-C would reach it twice: from the terminal and from here.
      detached: true,
      env: { MICRO_LOG_FORMAT: 'text', MICRO_SHUTDOWN_TIMEOUT: '2', ...process.env },
    },
  );
  return { child };
}

/** A service that is stopped before it has started ends by the signal itself, and that is well too. */
function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 0 : 1))),
  );
}

/** Asks until the answer is a good one; false if a service ends before. */
async function answers(url: string, exits: ReadonlyArray<Promise<number>>): Promise<boolean> {
  let ended = false;
  for (const exit of exits) void exit.then(() => (ended = true));
  while (!ended) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function welcome(ms: number): string {
  return `
  Ready in ${(ms / 1000).toFixed(1)} s. Ctrl-C ends it.

  api  http://127.0.0.1:8080   try: curl '${greeting}'
  web  http://127.0.0.1:8082   services, nodes and a form to call them

`;
}

/** Who started us may be killed without a word. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

await main();
