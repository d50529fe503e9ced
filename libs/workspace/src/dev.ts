import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundlePage } from './bundle.ts';
import { workspaceRoot } from './packages.ts';
import { startHelp } from './start-help.ts';

/** What `npm start` does: every service of the workspace as a process of its own, from source. */
async function main(): Promise<void> {
  const started = performance.now();
  const apps = readStartable();
  const flags = process.argv.slice(2);
  if (flags.includes('--help') || flags.includes('-h')) {
    process.stdout.write(await startHelp(apps.map(({ folder }) => folder)));
    return;
  }
  await Promise.all(apps.filter(hasPage).map(({ folder }) => bundlePage(folder)));
  const services = apps.map(startService);
  const exits = services.map(exitOf);
  const stopping = new AbortController();
  const stop = once(() => {
    stopping.abort();
    for (const { child } of services) child.kill('SIGTERM');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  stopWithParent(stop);
  // One that ends takes the others along: half a system only looks like one.
  for (const exit of exits)
    void exit.then(({ name, how }) => {
      if (!stopping.signal.aborted)
        process.stderr.write(`${name} ended ${how}; stopping the others\n`);
      stop();
    });

  const urls = await Promise.race([addressesOf(services), aborted(stopping.signal)]);
  if (urls && (await answers(`${urls['api']}${greeting}`, stopping.signal)))
    process.stdout.write(welcome(performance.now() - started, urls));
  const codes = await Promise.all(exits);
  process.exitCode = Math.max(...codes.map(({ code }) => code));
}

/** An app that `npm start` starts: its package.json says with which flags, in `micro.start`. */
interface Startable {
  readonly folder: string;
  readonly flags: readonly string[];
}

/** The whole way from HTTP to the greeter. */
const greeting = '/greeter/say/hello?name=John';

interface Started {
  /** The app's folder name. */
  readonly name: string;
  readonly child: ChildProcess;
}

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

function startService({ folder, flags }: Startable): Started {
  const program = [join(folder, 'src/main.ts'), ...flags, ...process.argv.slice(2)];
  const child = spawn(process.execPath, program, {
    // By the last one a service says where it answers.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Detached, or Ctrl-C would reach it twice: from the terminal and from here.
    detached: true,
    env: { MICRO_LOG_FORMAT: 'text', MICRO_SHUTDOWN_TIMEOUT: '2', ...process.env },
  });
  return { name: basename(folder), child };
}

/** A service that is stopped before it has started ends by the signal itself, and that is well too. */
function exitOf({ name, child }: Started): Promise<{ name: string; code: number; how: string }> {
  return new Promise((resolve) =>
    child.on('exit', (code, signal) =>
      resolve({
        name,
        code: code ?? (signal === 'SIGTERM' ? 0 : 1),
        how: signal ? `by ${signal}` : `with ${code}`,
      }),
    ),
  );
}

/** Where each service answers HTTP, by its own word: another may sit on the usual port. */
async function addressesOf(services: readonly Started[]): Promise<Record<string, string>> {
  const addresses = services.map(
    ({ name, child }) =>
      new Promise<[string, string]>((resolve) =>
        child.once('message', (message) =>
          resolve([name, `http://${(message as { httpAddress: string }).httpAddress}`]),
        ),
      ),
  );
  return Object.fromEntries(await Promise.all(addresses));
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
}

/** Asks until the answer is a good one; false if that is over before. */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const ok = await fetch(url, { signal }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function welcome(ms: number, { api, web }: Record<string, string>): string {
  return `
  Ready in ${(ms / 1000).toFixed(1)} s. Ctrl-C ends it.

  api  ${api}   try: curl '${api}${greeting}'
  web  ${web}   services, nodes and a form to call them

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
