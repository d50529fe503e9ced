import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds everything. */
export const workspaceRoot = join(import.meta.dirname, '../../..');

/** A package of ours: an app or a library. */
export interface Package {
  /** Its name without `@micro/`, which is also its folder's. */
  readonly room: string;
  /** From the root, `libs/rpc`. */
  readonly folder: string;
  /** The rooms it knows. */
  readonly rooms: readonly string[];
  /** The outside packages it needs to run. */
  readonly outside: readonly string[];
  /** What it needs to be tested and generated, rooms by their full names. */
  readonly development: readonly string[];
}

/** Reads every package of the npm workspaces; what they leave out has a lockfile of its own. */
export function readPackages(): Package[] {
  const { workspaces = [] } = readManifest('package.json');
  const leftOut = workspaces.filter((folder) => folder.startsWith('!'));
  const paths = workspaces
    .filter((folders) => !leftOut.includes(folders))
    .map((folders) => `${folders}/package.json`);
  const exclude = leftOut.map((folder) => folder.slice(1));
  return globSync(paths, { cwd: workspaceRoot, exclude }).map((path) => {
    const { name, dependencies, devDependencies } = readManifest(path);
    const names = Object.keys(dependencies ?? {});
    return {
      room: name.replace(scope, ''),
      folder: dirname(path),
      rooms: names.filter(isRoom).map((dependency) => dependency.replace(scope, '')),
      outside: names.filter((dependency) => !isRoom(dependency)),
      development: Object.keys(devDependencies ?? {}),
    };
  });
}

/** The rooms that a room knows, and those that they know, itself included. */
export function roomsOf(room: string, packages: readonly Package[]): Set<string> {
  const known = new Set([room]);
  for (const next of known)
    for (const other of packages.find((one) => one.room === next)?.rooms ?? []) known.add(other);
  return known;
}

function readManifest(path: string): PackageJson {
  return JSON.parse(readFileSync(join(workspaceRoot, path), 'utf8'));
}

interface PackageJson {
  readonly name: string;
  /** Folders; those after a `!` are left out. */
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const scope = '@micro/';

function isRoom(dependency: string): boolean {
  return dependency.startsWith(scope);
}
