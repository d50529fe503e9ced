import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Figures } from './suite.ts';

export interface BundleOptions {
  /** Of the file. @default the module's */
  readonly name?: string;
  readonly minify?: boolean;
  /** Packages that are left out, to be loaded from node_modules or not at all. */
  readonly external?: readonly string[];
}

/**
 * Makes one CommonJS file of a module and all it imports, as services are shipped.
 *
 * @param source From `src`, `registry/blank.ts`.
 * @returns Where the file is.
 */
export async function bundle(
  source: string,
  { name = basename(source, '.ts'), minify = false, external = [] }: BundleOptions = {},
): Promise<string> {
  const outfile = join(import.meta.dirname, '../dist', `${name}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, source)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify,
    external: [...external],
    logLevel: 'error',
  });
  return outfile;
}

/** The size of a bundle, and what of it goes over a network. */
export function sizeOf(file: string): Figures {
  const bytes = readFileSync(file);
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
}
