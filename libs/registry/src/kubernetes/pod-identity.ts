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

/** What to do about a process that has none and wants to register. */
export const outsidePod =
  'this process runs outside of one and can only watch: on a laptop take --registry=mdns, ' +
  'or set POD_NAME, POD_NAMESPACE and POD_IP of a pod to stand for';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads who we are from what the downward API put into the environment: `POD_NAME`,
 * `POD_NAMESPACE`, `POD_IP` and, if there, `POD_UID`. Without a name it is the host's, which holds
 * unless the pod is on the host's network or says `hostname`; without a namespace it is that of
 * the service account.
 *
 * @throws TypeError with a line for each variable that is missing: which, and where to take it from.
 */
export function readPodIdentity(
  env: Environment = process.env,
  accountDirectory: string = serviceAccountDirectory,
): PodIdentity {
  const lacks: string[] = [];
  const required = (variable: string, field: string, asked = variable): string => {
    const value = env[variable];
    if (!value) lacks.push(howToSet(asked, field));
    return value ?? '';
  };
  const uid = env['POD_UID'];
  const ip = required('POD_IP', 'status.podIP');
  if (ip && isIP(ip) === 0)
    lacks.push(`expected POD_IP to be an IP address, got ${JSON.stringify(ip)}`);
  const name = env['POD_NAME'] || required('HOSTNAME', 'metadata.name', 'POD_NAME');
  const namespace =
    env['POD_NAMESPACE'] ||
    readNamespace(accountDirectory) ||
    required('POD_NAMESPACE', 'metadata.namespace');
  if (lacks.length > 0) throw new TypeError(lacks.join('\n'));
  return { name, namespace, ip, ...(uid && { uid }) };
}

function howToSet(variable: string, field: string): string {
  return (
    `expected ${variable} to be set to register this pod; add to its container's env: ` +
    `{ name: ${variable}, valueFrom: { fieldRef: { fieldPath: ${field} } } }`
  );
}

function readNamespace(directory: string): string {
  try {
    return readFileSync(join(directory, 'namespace'), 'utf8').trim();
  } catch {
    return ''; // Where none is mounted the variable is asked for instead.
  }
}
