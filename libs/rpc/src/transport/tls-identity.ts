import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';

/** PEM files; each is read again when it changes. */
export interface TlsFiles {
  /** The certificate that is shown to others, with those between it and an authority behind it. */
  readonly certificate: string;
  readonly key: string;
  /** Who is believed. On a listener it makes callers prove who they are. */
  readonly authorities: string;
}

/** Who this process is and whom it believes, as of now. */
export interface TlsIdentity {
  /** What the next handshake uses. Looks whether the files have changed, which three `stat`s tell. */
  current(): TlsMaterial;
  /** Hears what people have to know of handshakes: it may be told the same again. */
  readonly onProblem: TlsProblemListener;
}

export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly authorities: Buffer;
  /** The three, ready for use. */
  readonly context: SecureContext;
  /** Milliseconds since 1970 from which on nobody believes the certificate. */
  readonly expires: number;
}

/**
 * @param about What it is about: `files`, `callers`, or a node: `go.micro.srv.greeter at 10.0.0.7:9090`.
 * @param reason In words for people who run it; undefined once it is over.
 */
export type TlsProblemListener = (about: string, reason: string | undefined) => void;

/** What is wrong with files of TLS, and with which. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
  readonly file: keyof TlsFiles;

  constructor(file: keyof TlsFiles, message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/**
 * Reads the files, and again before a handshake when they have changed: kubernetes swaps a link to all of
 * them. A set that can't be used, half written or expired, is told once, and the one before it stays in use.
 *
 * @throws TlsFileError if the first can't be used.
 */
export function openTls(files: TlsFiles, onProblem: TlsProblemListener = () => {}): TlsIdentity {
  // Taken before the files are read: a change meanwhile is seen the next time.
  let stamp = stampOf(files);
  let material = readTls(files);
  let unusable: string | undefined;
  let told: string | undefined;
  const look = (): void => {
    try {
      const seen = stampOf(files);
      if (seen === stamp) return;
      stamp = seen;
      material = readTls(files);
      unusable = undefined;
    } catch (error) {
      unusable = `${(error as Error).message}; what was read before stays in use`;
    }
  };
  return {
    current() {
      look();
      const problem = unusable ?? whyExpired(material);
      if (problem !== told) onProblem('files', problem);
      told = problem;
      return material;
    },
    onProblem,
  };
}

/** @throws TlsFileError if they can't be used as of now. */
export function readTls(files: TlsFiles): TlsMaterial {
  const certificate = read(files, 'certificate');
  const key = read(files, 'key');
  const authorities = read(files, 'authorities');
  const leaf = parse('certificate', () => new X509Certificate(certificate));
  const privateKey = parse('key', () => createPrivateKey(key));
  const blocks = authorities.toString().match(certificateBlocks);
  parse('authorities', () => (blocks ?? ['']).map((block) => new X509Certificate(block)));
  if (!leaf.checkPrivateKey(privateKey))
    throw new TlsFileError('key', 'expected the key of the certificate, got another');
  const expires = Date.parse(leaf.validTo);
  if (Date.parse(leaf.validFrom) > Date.now())
    throw new TlsFileError(
      'certificate',
      `expected a valid certificate, got one that is from ${leaf.validFrom} on`,
    );
  const expired = whyExpired({ expires });
  if (expired) throw new TlsFileError('certificate', expired);
  const pem = { cert: certificate, key, ca: authorities };
  const context = parse('certificate', () => createSecureContext(pem));
  return { certificate, key, authorities, context, expires };
}

const certificateBlocks = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function read(files: TlsFiles, file: keyof TlsFiles): Buffer {
  try {
    return readFileSync(files[file]);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TlsFileError(file, `expected a file that can be read: ${code}`, { cause });
  }
}

function parse<T>(file: keyof TlsFiles, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const wanted = file === 'key' ? 'a private key' : 'certificates';
    throw new TlsFileError(file, `expected ${wanted} in PEM: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function whyExpired({ expires }: Pick<TlsMaterial, 'expires'>): string | undefined {
  if (expires > Date.now()) return undefined;
  return `expected a valid certificate, got one that expired at ${new Date(expires).toISOString()}`;
}

/** Differs once any of the files was written, or another is in its place. */
function stampOf(files: TlsFiles): string {
  return Object.values(files)
    .map((path: string) => {
      const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
      return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.ctimeNs}` : 'none';
    })
    .join();
}
