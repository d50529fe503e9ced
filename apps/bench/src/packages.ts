import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
const stamp = join(folder, 'node_modules/.installed');

/**
 * Installs the peers where they are not yet as the lockfile says. They are in no workspace: who
 * only works on the services does not download them.
 *
 * @throws Error if npm fails.
 */
export async function installPeers(): Promise<void> {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (readStamp() === lock) return;
  process.stderr.write('Installing the peers, once: about ten seconds.\n');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}: see above, then again`);
  writeFileSync(stamp, lock);
}

/** The version of a peer that is installed. */
export function versionOf(name: string): string {
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return JSON.parse(manifest).version;
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined; // None are installed yet.
  }
}
