import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from './packages.ts';

/**
 * Asks apps for the names they register by, which their `--help` begins with.
 *
 * @param apps Their folders in `apps/`, which are also their images.
 * @returns The names by the apps.
 */
export async function readRegisteredNames(apps: readonly string[]): Promise<Map<string, string>> {
  return new Map(await Promise.all(apps.map(async (app) => [app, await ask(app)] as const)));
}

async function ask(app: string): Promise<string> {
  const main = join(workspaceRoot, 'apps', app, 'src/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  const name = /^(\S+): options/.exec(stdout)?.[1];
  if (name === undefined)
    throw new Error(`expected ${main} --help to begin with a name and ": options", got ${stdout}`);
  return name;
}
