import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certified } from './test-authority.ts';

/** A folder of TLS files that changes as a mounted secret does: a link to all of them is swapped. */
export interface TlsFolder extends Disposable {
  readonly files: {
    readonly certificate: string;
    readonly key: string;
    readonly authorities: string;
  };
  /** Swaps all three for new ones at once. */
  swap(certified: Certified, authorities: string): void;
}

export function createTlsFolder(certified: Certified, authorities: string): TlsFolder {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const link = join(folder, '..data');
  let version = 0;
  const swap: TlsFolder['swap'] = ({ certificate, key }, authority) => {
    const name = `..${++version}`;
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'tls.crt'), certificate);
    writeFileSync(join(folder, name, 'tls.key'), key);
    writeFileSync(join(folder, name, 'ca.crt'), authority);
    symlinkSync(name, `${link}_tmp`);
    renameSync(`${link}_tmp`, link);
  };
  swap(certified, authorities);
  return {
    files: {
      certificate: join(link, 'tls.crt'),
      key: join(link, 'tls.key'),
      authorities: join(link, 'ca.crt'),
    },
    swap,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
