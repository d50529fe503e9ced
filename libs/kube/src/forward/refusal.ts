import type { KubeClient } from '../client.ts';
import { KubeError } from '../errors.ts';
import { explainForbidden } from '../explain-forbidden.ts';
import { describeRequest, podsPath, type RequestAttributes } from '../request-path.ts';

/** A port in a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** What errors of a forwarded port are about. */
export function aboutForward({ namespace, pod }: PodPort): RequestAttributes {
  return describeRequest('POST', pathOf(namespace, pod));
}

/** An error saying that the port can't be reached, and why. */
export function unreachable(
  target: PodPort,
  why: string,
  { reason = 'Unreachable', ...options }: ErrorOptions & { reason?: string; status?: number } = {},
): KubeError {
  const detail = `port ${target.port} can't be reached: ${why}`;
  return new KubeError(reason, detail, aboutForward(target), options);
}

/**
 * Asks for the forwarding by a plain request. An API server that would do it wants an upgrade; any
 * other says why not, which is lost on a WebSocket.
 *
 * @throws KubeError saying what stands in the way.
 */
export async function admit(
  client: KubeClient,
  target: PodPort,
  signal?: AbortSignal,
): Promise<void> {
  const refused = await ask('GET', client, target, signal);
  if (!refused) return;
  // Since 1.35 it wants create besides get, and only a request that would create says who lacks it.
  const told = refused.status === 403 && (await ask('POST', client, target, signal));
  throw explain(target, told && told.status === 403 ? told : refused);
}

async function ask(
  method: string,
  client: KubeClient,
  { namespace, pod, port }: PodPort,
  signal?: AbortSignal,
): Promise<KubeError | undefined> {
  const options = { query: { ports: port }, ...(signal && { signal }) };
  try {
    await client.request(method, pathOf(namespace, pod), options);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status !== 400 || !/upgrade/i.test(error.detail)) return error;
  }
  return undefined;
}

function explain(target: PodPort, error: KubeError): KubeError {
  const { reason, status } = error;
  const options = { reason, cause: error, ...(status !== undefined && { status }) };
  switch (status) {
    case 403:
      return unreachable(target, explainForbidden(error), options);
    case 404:
      return unreachable(target, `there is no such pod (any more): ${error.detail}`, options);
    default:
      return unreachable(target, error.detail, options);
  }
}

function pathOf(namespace: string, pod: string): string {
  return `${podsPath(namespace, pod)}/portforward`;
}
