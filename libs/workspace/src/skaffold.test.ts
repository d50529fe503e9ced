import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPackages, roomsOf, workspaceRoot } from './packages.ts';

const skaffold = parse(readFileSync(join(workspaceRoot, 'skaffold.yaml'), 'utf8'));
const artifacts: Artifact[] = skaffold.build.artifacts;
const packages = readPackages();
const builder = ['Dockerfile', 'src/bundle.ts', 'src/image.ts'].map((f) => `libs/workspace/${f}`);

interface Artifact {
  image: string;
  custom: { buildCommand: string; dependencies: { paths: string[]; ignore: string[] } };
}

test('every service that npm start starts has an image and a manifest', () => {
  const base = parse(readFileSync(join(workspaceRoot, 'k8s/base/kustomization.yaml'), 'utf8'));
  const missing = readServices().flatMap((name) => [
    ...(artifacts.some(({ image }) => image === name)
      ? []
      : [`an artifact with image ${name} in skaffold.yaml`]),
    ...(base.resources.includes(`${name}.yaml`)
      ? []
      : [`${name}.yaml in k8s/base, and in the resources of its kustomization.yaml`]),
  ]);
  expect(missing).toEqual([]);
});

/** The apps whose package.json says how `npm start` starts them. */
function readServices(): string[] {
  return packages
    .filter(({ folder }) => {
      const manifest = readFileSync(join(workspaceRoot, folder, 'package.json'), 'utf8');
      return JSON.parse(manifest).micro?.start !== undefined;
    })
    .map(({ room }) => room);
}

test.each(artifacts)(
  '$image is rebuilt by an edit of what is in it, and by no other',
  (artifact) => {
    const rooms = roomsOf(artifact.image, packages);
    const folders = packages.filter(({ room }) => rooms.has(room)).map(({ folder }) => folder);
    const { paths, ignore } = artifact.custom.dependencies;
    expect([...paths].sort()).toEqual([...folders, ...builder, 'package-lock.json'].sort());
    expect(paths.filter((path) => !existsSync(join(workspaceRoot, path)))).toEqual([]);
    expect(artifact.custom.buildCommand).toMatch(new RegExp(`build-image.ts ${artifact.image}$`));
    expect(ignore).toEqual(['**/dist', '**/node_modules', '**/*.test.ts', '**/*.full.ts']);
  },
);
