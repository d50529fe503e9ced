import { readFile } from 'node:fs/promises';
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
export async function inClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
  onProblem: (problem: Error) => void = () => {},
): Promise<KubeConfig> {
  const readFiles = async (): Promise<Credentials> => {
    const authorization = `Bearer ${await read(directory, 'token')}`;
    return { headers: { authorization }, ca: await read(directory, 'ca.crt') };
  };
  let last = await readFiles();
  let failing = false;
  const credentials: KubeConfig['credentials'] = async () => {
    try {
      last = await readFiles();
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
    namespace: await read(directory, 'namespace'),
    credentials,
  };
}

async function read(directory: string, name: string): Promise<string> {
  const file = join(directory, name);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(
      `expected the service account's ${name} in ${file}, could not read it; ` +
        'the pod needs automountServiceAccountToken: true',
      { cause },
    );
  });
  if (text.trim() === '')
    throw new Error(`expected the service account's ${name} in ${file}, the file is empty`);
  return text.trim();
}
