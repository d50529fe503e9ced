import { accessSync, constants, statSync } from 'node:fs';
import type { ServiceOptions } from './service-options.ts';

/** The options that name files, PEM each. */
const fileOptions = ['tls_cert', 'tls_key', 'tls_ca'] as const;

type FileOptions = Pick<ServiceOptions, (typeof fileOptions)[number]>;

/** Files of TLS; undefined where calls go without. */
export function tlsFilesOf({ tls_cert, tls_key, tls_ca }: FileOptions) {
  return tls_cert ? { certificate: tls_cert, key: tls_key, authorities: tls_ca } : undefined;
}

/** What is wrong with them: all or none are given, and each can be read. */
export function tlsFaults(options: Partial<FileOptions>): readonly string[] {
  const given = fileOptions.filter((name) => options[name]);
  if (given.length === 0) return [];
  return fileOptions.flatMap((name) => {
    const path = options[name];
    if (!path)
      return [
        `--${name}: expected a file, for --${given[0]} is given, got ${JSON.stringify(path)}`,
      ];
    const fault = whyUnreadable(path);
    return fault === undefined
      ? []
      : [`--${name}: expected a file that can be read, got ${JSON.stringify(path)}: ${fault}`];
  });
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : 'it is none';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
