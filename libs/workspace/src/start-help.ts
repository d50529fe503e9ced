import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What `npm start -- --help` says: the flags that every service takes, and what only one of them does.
 *
 * @param folders Of the apps that are started.
 */
export async function startHelp(folders: readonly string[]): Promise<string> {
  const helps = await Promise.all([...folders].sort().map(readHelp));
  const [first] = helps;
  if (!first) throw new Error('expected an app with micro.start in its package.json, found none');
  const shared = first.options.filter(({ flag }) =>
    helps.every(({ options }) => options.some((option) => option.flag === flag)),
  );
  const flags = new Set(shared.map(({ flag }) => flag));
  return [
    `npm start -- <flags>: each flag goes to all of ${helps.map(({ name }) => name).join(', ')}`,
    // The name is the one default that differs.
    ...shared.map(({ line }) => line.replace(`(${first.name})`, '(its own)')),
    ...helps.flatMap(({ name, options }) => {
      const own = options.filter(({ flag }) => !flags.has(flag));
      if (own.length === 0) return [];
      return ['', `${name} alone, by environment variable`, ...own.map(({ line }) => line)];
    }),
    '',
  ].join('\n');
}

interface Help {
  /** The registered name. */
  readonly name: string;
  readonly options: readonly { readonly flag: string; readonly line: string }[];
}

/** An app's own help: a line with its name, then one an option that begins with the flag. */
async function readHelp(folder: string): Promise<Help> {
  const main = join(folder, 'src/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  const [head = '', ...lines] = stdout.trimEnd().split('\n');
  return {
    name: head.split(':')[0] ?? '',
    options: lines.map((line) => ({ flag: line.trim().split(' ')[0] ?? '', line })),
  };
}
