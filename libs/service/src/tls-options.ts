import { accessSync, constants, statSync } from 'node:fs';
import { openTls, readTls, TlsFileError, type TlsIdentity } from '@micro/rpc';
import type { Log } from './log.ts';
import type { ServiceOptions } from './service-options.ts';

/** The options that name files, PEM each. */
const fileOptions = ['tls_cert', 'tls_key', 'tls_ca'] as const;

type FileOptions = Pick<ServiceOptions, (typeof fileOptions)[number]>;

/**
 * Who the service is to others, and what the log says of handshakes that fail.
 *
 * @returns undefined where calls go without.
 */
export function tlsOf(options: FileOptions, log: Log): TlsIdentity | undefined {
  const files = tlsFilesOf(options);
  if (!files) return undefined;
  return openTls(files, (about, reason) => {
    if (reason === undefined) log.info({ about }, 'tls problem is over');
    else log.warn({ about, reason }, 'tls problem');
  });
}

function tlsFilesOf({ tls_cert, tls_key, tls_ca }: FileOptions) {
  return tls_cert ? { certificate: tls_cert, key: tls_key, authorities: tls_ca } : undefined;
}

/** What is wrong with them: all or none are given, each can be read, and they fit each other and the time. */
export function tlsFaults(options: Partial<FileOptions>): readonly string[] {
  const given = fileOptions.filter((name) => options[name]);
  if (given.length === 0) return [];
  const faults = fileOptions.flatMap((name) => {
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
  return faults.length > 0 ? faults : unfit(options);
}

/** @param options With all three. */
function unfit({ tls_cert = '', tls_key = '', tls_ca = '' }: Partial<FileOptions>) {
  const files = { certificate: tls_cert, key: tls_key, authorities: tls_ca };
  const names = { certificate: 'tls_cert', key: 'tls_key', authorities: 'tls_ca' };
  try {
    readTls(files);
    return [];
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    return [`--${names[error.file]}=${files[error.file]}: ${error.message}`];
  }
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : 'it is none';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
