import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate, generated } from './generate.ts';
import { workspaceRoot } from './packages.ts';

/** The generators are programs of their own: on a busy machine they take long to start. */
const timeout = 60_000;

test('generated code is what the protos say today; `npm run generate` makes it so', {
  timeout,
}, () => {
  const fresh = mkdtempSync(join(tmpdir(), 'gen-'));
  try {
    generate(fresh);
    for (const { floor, room } of generated) {
      const gen = `${floor}/${room}/src/gen`;
      expect(filesOf(join(workspaceRoot, gen))).toEqual(filesOf(join(fresh, gen)));
    }
  } finally {
    rmSync(fresh, { recursive: true });
  }
});

function filesOf(folder: string): Record<string, string> {
  const paths = globSync('**/*.ts', { cwd: folder });
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
