import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { serviceAccountDirectory } from '@micro/kube';

/** Which pod this process runs in. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  /** Its `status.podIP`, which its nodes are on. */
  readonly ip: string;
  /** Keeps a pod that has taken over the name from being written to in its stead. */
  readonly uid?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads who we are from what the downward API put into the environment: `POD_NAME`,
 * `POD_NAMESPACE`, `POD_IP` and, if there, `POD_UID`. Without a name it is the host's, which holds
 * unless the pod is on the host's network or says `hostname`; without a namespace it is that of
 * the service account.
 *
 * @throws TypeError naming the variable that is missing and where to take it from.
 */
export function readPodIdentity(
  env: Environment = process.env,
  accountDirectory: string = serviceAccountDirectory,
): PodIdentity {
  const uid = env['POD_UID'];
  const ip = required(env, 'POD_IP', 'status.podIP');
  if (isIP(ip) === 0)
    throw new TypeError(`expected POD_IP to be an IP address, got ${JSON.stringify(ip)}`);
  return {
    name: env['POD_NAME'] || required(env, 'HOSTNAME', 'metadata.name', 'POD_NAME'),
    namespace:
      env['POD_NAMESPACE'] ||
      readNamespace(accountDirectory) ||
      required(env, 'POD_NAMESPACE', 'metadata.namespace'),
    ip,
    ...(uid && { uid }),
  };
}

function required(env: Environment, variable: string, field: string, asked = variable): string {
  const value = env[variable];
  if (value) return value;
  throw new TypeError(
    `expected ${asked} to be set to register this pod; add to its container's env: ` +
      `{ name: ${asked}, valueFrom: { fieldRef: { fieldPath: ${field} } } }`,
  );
}

function readNamespace(directory: string): string {
  try {
    return readFileSync(join(directory, 'namespace'), 'utf8').trim();
  } catch {
    return ''; // Where none is mounted the variable is asked for instead.
  }
}
