import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Figures } from './suite.ts';

const grpc = '@grpc/grpc-js';

export interface BundleOptions {
  /** Of the file. @default the module's */
  readonly name?: string;
  /** Where to. @default `dist` */
  readonly outdir?: string;
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
export async function bundle(source: string, options: BundleOptions = {}): Promise<string> {
  const { name = basename(source, '.ts'), minify = false, external = [] } = options;
  const { outdir = join(import.meta.dirname, '../dist') } = options;
  const outfile = join(outdir, `${name}.cjs`);
  await build({
    entryPoints: [resolve(import.meta.dirname, source)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify,
    external: [...external],
    // One for all, that of the services: a peer brings its own.
    alias: { [grpc]: join(import.meta.dirname, '../../../node_modules', grpc) },
    logLevel: 'error',
  });
  return outfile;
}

/** The size of a bundle, and what of it goes over a network. */
export function sizeOf(file: string): Figures {
  const bytes = readFileSync(file);
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
}
