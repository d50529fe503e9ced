// Plain JavaScript without dependencies: it runs before anything is installed, on any Node from 20.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's top folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed');
const pinned = `node-${process.platform}-${process.arch}/bin/node`;

/** Whether node_modules is what the lockfile says. By its contents: a checkout changes every time stamp. */
export function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

/** Called after every install. */
export function markInstalled() {
  // npm before 11.8 drops this link when several node-* packages are listed, and everything would
  // run on the machine's Node in silence.
  const link = join(modules, '.bin/node');
  if (existsSync(join(modules, pinned)) && !existsSync(link)) {
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join('..', pinned), link);
  }
  writeFileSync(stamp, lockHash());
}

/** The Node everything runs on: the one the lockfile pins, else this one if it is new enough. */
export function findNode() {
  const path = join(modules, pinned);
  if (existsSync(path)) return path;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}
