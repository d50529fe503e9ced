import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials, KubeConfig } from './credentials.ts';

/**
 * The API server as a pod sees it. Token and CA are read anew for each request: the kubelet
 * replaces them while we run, requests are rare and the files small. While they can't be read those
 * from before are used.
 *
 * @param onProblem Told of that, once for as long as it lasts.
 * @throws Error if the service account is not mounted.
 */
export function inClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
  onProblem: (problem: Error) => void = () => {},
): KubeConfig {
  const readFiles = (): Credentials => ({
    headers: { authorization: `Bearer ${read(directory, 'token')}` },
    ca: read(directory, 'ca.crt'),
  });
  let last = readFiles();
  let failing = false;
  const credentials: KubeConfig['credentials'] = async () => {
    try {
      last = readFiles();
      failing = false;
    } catch (error) {
      if (!failing) onProblem(error as Error);
      failing = true;
    }
    return last;
  };

  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    source: 'in-cluster',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: read(directory, 'namespace'),
    credentials,
  };
}

/** At once: they are small, in memory, and `node:fs/promises` would take longer to load. */
function read(directory: string, name: string): string {
  const file = join(directory, name);
  const text = readText(file, name).trim();
  if (text === '')
    throw new Error(`expected the service account's ${name} in ${file}, the file is empty`);
  return text;
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(
      `expected the service account's ${name} in ${file}, could not read it; ` +
        'the pod needs automountServiceAccountToken: true',
      { cause },
    );
  }
}
